import type { Verdict } from '@holdfast/plugin'

/** The verdicts of one verification, as an object beside the backup. */
export interface VerdictRecord {
  schemaVersion: 1
  /** The backup's id. */
  backup: string
  /** Of the manifest that was verified: a record says nothing about another one. */
  manifestSha256: string
  verifiedAt: string
  verdicts: Verdict[]
}

/** How well a backup is known to be good. */
export type Verification =
  | 'restored'
  | 'archive'
  | 'stored'
  | 'attested'
  | 'unverified'
  | 'failed'
  | 'invalid'

/** A verdict record that can not be read says nothing: the backup counts as not verified by it. */
export function parseRecord(json: Buffer | undefined): VerdictRecord | undefined {
  try {
    const record = JSON.parse(String(json)) as VerdictRecord
    return record.schemaVersion === 1 && Array.isArray(record.verdicts) ? record : undefined
  } catch {
    return undefined
  }
}

/** What says that a backup is whole, the closest look first. */
const wholeness: readonly Verdict['proves'][] = ['restored', 'archive', 'stored', 'attested']

/**
 * The last verdict of each verifier, which none of another takes back, nor one that rests on a less close look; one
 * that looked at nothing takes nothing back.
 */
export function latestVerdicts(verdicts: readonly Verdict[]): Verdict[] {
  const latest = new Map<string, Verdict>()
  for (const verdict of verdicts) {
    if (verdict.status === 'skipped') continue
    const key = (proves: Verdict['proves']): string => `${proves} ${verdict.verifier}`
    if (verdict.status !== 'failed') {
      const closeness = wholeness.indexOf(verdict.proves)
      for (const less of closeness === -1 ? [] : wholeness.slice(closeness)) latest.delete(key(less))
    }
    latest.set(key(verdict.proves), verdict)
  }
  return [...latest.values()]
}

export function verificationOf(latest: readonly Verdict[]): Verification {
  if (wholeness.some((proves) => hasFailed(latest, proves))) return 'failed'
  const seen = wholeness.find((proves) => latest.some((verdict) => verdict.proves === proves))
  return (seen as Verification | undefined) ?? 'unverified'
}

export function hasFailed(verdicts: readonly Verdict[], proves: Verdict['proves']): boolean {
  return verdicts.some((verdict) => verdict.proves === proves && verdict.status === 'failed')
}

/** True where a verifier found this copy to be what was stored, whole, and nothing has been found since. */
export function isVerified({ verification }: { verification: Verification }): boolean {
  return (wholeness as readonly string[]).includes(verification)
}
