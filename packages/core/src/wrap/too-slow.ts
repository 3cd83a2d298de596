import { HoldfastError } from '@holdfast/plugin'

/** How long a call may still take once it was cancelled or its body broke, in milliseconds. */
export const settleMs = 10_000

export function tooSlow(failing: string, limitMs: number): HoldfastError {
  return new HoldfastError('STORAGE_TIMEOUT', `the storage ${failing} for ${limitMs / 1000} s`, {
    hint: 'It was given up. Check the service and the network in between; dump.stallTimeoutMs says how long to wait.',
  })
}
