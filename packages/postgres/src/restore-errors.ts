import { HoldfastError } from '@holdfast/plugin'
import { type Address, describeAddress } from './address.ts'
import { unreadableArchive } from './archive-reader.ts'
import type { Child } from './child.ts'
import { classifyFailure, type Exit } from './classify.ts'
import type { Client } from './clients.ts'

const shownErrors = 10
const shownCharacters = 400

/** The errors among what pg_restore or psql says, the first ones with the object they are about. */
export interface RestoreErrors {
  line(text: string): void
  readonly shown: readonly string[]
  readonly count: number
}

/** Collects errors from lines of standard error. Source: pg_log_generic and psql's error reports, under LC_MESSAGES=C. */
export function collectErrors(): RestoreErrors {
  const shown: string[] = []
  let count = 0
  let entry = ''
  return {
    line(text) {
      const about = /^pg_restore: from TOC entry \d+; \d+ \d+ (.*)$/.exec(text)?.[1]
      if (about !== undefined) {
        entry = `${about}: `
        return
      }
      const error = /^(?:(?:pg_restore: )+(?:error|fatal): |psql:[^:]*:\d+: (?=ERROR|FATAL|error))(.*)$/.exec(
        text,
      )?.[1]
      if (error !== undefined) {
        count += 1
        if (count <= shownErrors) shown.push(`${entry}${error}`.slice(0, shownCharacters))
        return
      }
      if (/^(?:DETAIL|HINT): /.test(text) && count > 0 && count <= shownErrors) {
        shown.push(`${shown.pop()} ${text}`.slice(0, 2 * shownCharacters))
      }
    },
    get shown() {
      return shown
    },
    get count() {
      return count
    },
  }
}

export interface FailedRestore {
  program: string
  child: Child
  exit: Exit
  errors: RestoreErrors
  client: Pick<Client, 'version'>
  dumpVersion: string
  address: Address
  /** What became of the target. */
  outcome: string
}

/** Why a restore failed. */
export function restoreFailure(failed: FailedRestore): HoldfastError {
  const { program, child, exit, errors, client, dumpVersion, address } = failed
  const stderr = child.stderrTail()
  const unreadable = unreadableArchive(stderr, client, dumpVersion)
  if (unreadable !== undefined) return unreadable
  const missing = /pg_restore: error: (table|schema) "(.*)" not found/.exec(stderr)
  if (missing) {
    return new HoldfastError('DATABASE_TABLE_NOT_FOUND', `The dump holds no ${missing[1]} "${missing[2]}".`, {
      hint: 'Names are taken as they are, upper and lower case: --table schema.name. `holdfast show` lists the tables.',
    })
  }
  const [first] = errors.shown
  if (
    first === undefined ||
    /connection to server|server closed the connection|connection not open/.test(first)
  ) {
    return classifyFailure(program, stderr, exit, address, 'DATABASE_RESTORE_FAILED')
  }
  const more = errors.count > errors.shown.length ? `\n- and ${errors.count - errors.shown.length} more` : ''
  return new HoldfastError(
    'DATABASE_RESTORE_FAILED',
    `${program} reported ${errors.count === 1 ? 'an error' : `${errors.count} errors`} while restoring into ` +
      `${describeAddress(address)}:\n${errors.shown.map((error) => `- ${error}`).join('\n')}${more}`,
    { hint: `${hintFor(errors.shown)}${failed.outcome}` },
  )
}

// Clients of 17 and later set what servers before 17 do not know.
function hintFor(errors: readonly string[]): string {
  if (errors.some((error) => error.includes('"transaction_timeout"'))) {
    return 'The dump was made by a newer PostgreSQL than the target is: restore into PostgreSQL 17 or newer. '
  }
  if (errors.some((error) => /role "[^"]*" does not exist/.test(error))) {
    return 'Create the roles first (the globals object of a full backup has them), or restore without --ownership. '
  }
  if (
    errors.some((error) =>
      /extension "[^"]*" is not available|could not open extension control file/.test(error),
    )
  ) {
    return 'Install the missing extension on the server of the target. '
  }
  return ''
}
