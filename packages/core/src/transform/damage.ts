import { HoldfastError } from '@holdfast/plugin'

/** What is wrong with a stored object, as VERIFY_DECODE. */
export function damage(what: string, cause?: unknown): HoldfastError {
  return new HoldfastError('VERIFY_DECODE', what, {
    hint: 'The object was damaged or cut. Restore another backup, and check the storage that this one is on.',
    cause,
  })
}
