import { isHoldfastError, type ReportedError, type VerdictStatus } from '@holdfast/plugin'
import type { Redactor } from '@holdfast/core'

/** One thing that doctor looked at. */
export interface DoctorCheck {
  /** Absent for what concerns every job. */
  job?: string
  name: string
  status: VerdictStatus
  detail: string
  /** What to do about it. */
  fix?: string
  code?: string
}

export function passed(name: string, detail: string): DoctorCheck {
  return { name, status: 'passed', detail }
}

export function warned(name: string, detail: string, fix?: string): DoctorCheck {
  return { name, status: 'warning', detail, ...(fix !== undefined && { fix }) }
}

export function skipped(name: string, detail: string): DoctorCheck {
  return { name, status: 'skipped', detail }
}

export function failed(name: string, error: unknown, redactor: Redactor): DoctorCheck {
  const { code, message, hint }: ReportedError = redactor.error(error)
  return { name, status: 'failed', detail: message, code, ...(hint !== undefined && { fix: hint }) }
}

/** The code of an error of the family, or INTERNAL. */
export function codeOf(error: unknown): string {
  return isHoldfastError(error) ? error.code : 'INTERNAL'
}
