import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { type ErrorCode, HoldfastError, isHoldfastError } from '@holdfast/plugin'

/** Makes one call to the file system and turns its error into one of the family. */
export async function attempt<Result>(
  doing: string,
  path: string,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    throw failure(doing, path, error)
  }
}

/** The same for what may not be there: then undefined. */
export async function attemptIfThere<Result>(
  doing: string,
  path: string,
  call: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await call()
  } catch (error) {
    // ENOTDIR: a file stands where a directory above it would.
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw failure(doing, path, error)
  }
}

export function hasErrno(error: unknown, ...names: string[]): error is NodeJS.ErrnoException {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && names.includes(error.code)
  )
}

/** A key that can not be used, and why. */
export function invalidKey(key: string, why: string): HoldfastError {
  return new HoldfastError('STORAGE_KEY_INVALID', `the key ${JSON.stringify(key)} ${why}`, {
    hint: 'Use letters, digits, dots, dashes and underscores in names of jobs and labels.',
  })
}

/** An error of the file system as one of the family. */
export function failure(doing: string, path: string, cause: unknown): HoldfastError {
  if (isHoldfastError(cause)) return cause
  const { code = '', message } =
    cause instanceof Error ? (cause as NodeJS.ErrnoException) : { message: String(cause) }
  const known = byErrno[code]
  const what = known?.what ?? message
  return new HoldfastError(
    known?.code ?? 'STORAGE_FAILED',
    `could not ${doing} ${path}: ${what}${code && ` (${code})`}`,
    {
      hint: known?.hint?.(path),
      retryable: retryable.has(code),
      cause,
    },
  )
}

interface Known {
  code: ErrorCode
  what: string
  hint?: (path: string) => string
}

const full: Known = {
  code: 'STORAGE_FULL',
  what: 'there is no room left',
  hint: (path) =>
    `Free some space on the disk of ${dirname(path)} or lower the retention; nothing partial was kept.`,
}
const denied: Known = {
  code: 'STORAGE_PERMISSION',
  get what() {
    return `the user ${user()} may not`
  },
  hint: (path) =>
    `Look at who owns it, and give it to ${user()} if that is the user meant: ls -ld ${dirname(path)} ${path}`,
}
const gone: Known = {
  code: 'STORAGE_UNAVAILABLE',
  what: 'the file system does not answer',
  hint: () => 'Check that the disk or network share is connected and mounted.',
}
const inTheWay: Known = { code: 'STORAGE_KEY_INVALID', what: 'something else is in the way' }

const byErrno: Readonly<Record<string, Known>> = {
  ENOSPC: full,
  EDQUOT: { ...full, what: "the user's quota is used up" },
  EFBIG: { ...full, what: 'the file system or a limit does not take a file this large' },
  EROFS: {
    code: 'STORAGE_READ_ONLY',
    what: 'it is mounted read-only',
    hint: () =>
      'Mount it read-write, or choose another directory. A disk with errors is made read-only by the kernel: see dmesg.',
  },
  EACCES: denied,
  EPERM: denied,
  ENODEV: gone,
  ENXIO: gone,
  ENOTCONN: gone,
  ESTALE: gone,
  EHOSTDOWN: gone,
  EHOSTUNREACH: gone,
  ETIMEDOUT: gone,
  ENOTDIR: inTheWay,
  EISDIR: inTheWay,
  ELOOP: { ...inTheWay, what: 'a symbolic link is in the way' },
  ENAMETOOLONG: { code: 'STORAGE_KEY_INVALID', what: 'the name is too long for this file system' },
}

const retryable: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EBUSY',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOENT',
  'ENOMEM',
  'ENOTCONN',
  'ESTALE',
  'ETIMEDOUT',
])

function user(): string {
  const uid = process.geteuid?.()
  try {
    return userInfo().username
  } catch {
    // A container's user often has no name.
    return `with uid ${uid}`
  }
}
