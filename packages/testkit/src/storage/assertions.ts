import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { hasCode, type HoldfastError, isHoldfastError } from '@holdfast/plugin'

/** An error in one line. */
export function told(error: unknown): string {
  if (isHoldfastError(error)) return `${error.code} (${error.message})`
  return error instanceof Error ? `${error.name} (${error.message})` : inspect(error)
}

/** A key as a text that shows what can not be seen. */
export function quoted(key: string): string {
  const text = JSON.stringify(key)
  return text.length > 60 ? `${text.slice(0, 40)}… (${key.length} characters)` : text
}

/** Fails unless the call does. */
export async function fails(what: string, call: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([call])
  assert.ok(result.status === 'rejected', `${what} did not fail`)
  return result.reason
}

export async function failsWith(
  codes: string | readonly string[],
  what: string,
  call: Promise<unknown>,
): Promise<HoldfastError> {
  const expected = [codes].flat()
  const error = await fails(`${what} was to fail with ${expected.join(' or ')}: it`, call)
  const found = expected.some((code) => hasCode(error, code))
  assert.ok(found, `${what} failed with ${told(error)}, not with ${expected.join(' or ')}`)
  return error as HoldfastError
}

/** The result of a call with a key that may be refused, or undefined where it was. */
export async function orRefused<Result>(what: string, call: Promise<Result>): Promise<Result | undefined> {
  const [result] = await Promise.allSettled([call])
  if (result.status === 'fulfilled') return result.value
  const isRefusal = hasCode(result.reason, 'STORAGE_KEY_INVALID')
  assert.ok(isRefusal, `${what} failed with ${told(result.reason)}, not with STORAGE_KEY_INVALID`)
  return undefined
}

/** Compares two contents without printing them. */
export function sameBytes(actual: Buffer, expected: Buffer | string, what: string): void {
  const wanted = Buffer.from(expected)
  assert.ok(actual.length === wanted.length, `${what} has ${actual.length} bytes, not ${wanted.length}`)
  if (actual.equals(wanted)) return
  const at = actual.findIndex((byte, index) => byte !== wanted[index])
  assert.fail(`${what} differs from what was put, from byte ${at} on`)
}

/** Compares two lists of keys in any order; a key that comes twice is one too many. */
export function sameKeys(actual: readonly string[], expected: readonly string[], what: string): void {
  const surplus = without(actual, expected)
  const missing = without(expected, actual)
  assert.ok(surplus.length === 0, `${what} gave ${few(surplus)}, which should not be there`)
  assert.ok(missing.length === 0, `${what} did not give ${few(missing)}`)
}

/** Fails where something is left that should not be. */
export function nothingIn(leftovers: readonly string[]): void {
  assert.ok(leftovers.length === 0, `${leftovers.length} things are left: ${few(leftovers)}`)
}

function without(keys: readonly string[], others: readonly string[]): string[] {
  const count = new Map<string, number>()
  for (const key of others) count.set(key, (count.get(key) ?? 0) + 1)
  return keys.filter((key) => {
    const left = count.get(key) ?? 0
    count.set(key, left - 1)
    return left <= 0
  })
}

function few(keys: readonly string[]): string {
  const shown = keys.slice(0, 3).map(quoted)
  return keys.length > shown.length
    ? `${shown.join(', ')} and ${keys.length - shown.length} more`
    : shown.join(', ')
}
