import { databaseCodes } from './codes/database.ts'
import { decryptCodes } from './codes/decrypt.ts'
import { notifyCodes } from './codes/notify.ts'
import { runCodes } from './codes/run.ts'
import { storageCodes } from './codes/storage.ts'
import type { ErrorCodeEntry } from './codes/types.ts'
import { usageCodes } from './codes/usage.ts'
import { verifyCodes } from './codes/verify.ts'

export type ErrorCode =
  | keyof typeof usageCodes
  | keyof typeof databaseCodes
  | keyof typeof storageCodes
  | keyof typeof verifyCodes
  | keyof typeof decryptCodes
  | keyof typeof runCodes
  | keyof typeof notifyCodes

/** Every code that Holdfast itself uses; docs/errors.md is generated from it. */
export const errorCodes: Readonly<Record<ErrorCode, ErrorCodeEntry>> = {
  ...usageCodes,
  ...databaseCodes,
  ...storageCodes,
  ...verifyCodes,
  ...decryptCodes,
  ...runCodes,
  ...notifyCodes,
}

const exitCodeByFamily: Readonly<Record<string, number>> = {
  USAGE: 2,
  CONFIG: 2,
  PLUGIN: 2,
  DATABASE: 3,
  STORAGE: 4,
  VERIFY: 5,
  DECRYPT: 2,
}

/** The exit code for an error code; a plugin's own codes get that of their family, anything else 1. */
export function exitCodeOf(code: string): number {
  if (Object.hasOwn(errorCodes, code)) return errorCodes[code as ErrorCode].exitCode
  return exitCodeByFamily[code.slice(0, code.indexOf('_'))] ?? 1
}
