import { randomBytes } from 'node:crypto'
import type { Storage } from '@holdfast/plugin'
import type { Outcome } from '../runner.ts'
import { told } from './assertions.ts'
import { below } from './below.ts'
import type { StorageCapabilities, StorageCase } from './case.ts'
import { storageCases } from './cases.ts'
import { inParallel } from './in-parallel.ts'
import { runCase } from './run-case.ts'

/** What came of one promise. */
export interface StorageCheck {
  name: string
  /** `warning`: some services can not do this, and one can live with it. */
  status: 'passed' | 'warning' | 'failed' | 'skipped'
  /** The promise that was kept, or what happened instead. */
  detail: string
  /** What was thrown: a HoldfastError of the storage, or an AssertionError about it. */
  error?: unknown
}

export interface StorageChecksOptions {
  /** Cancels the checks; what they wrote is still removed. */
  signal: AbortSignal
  /** Where in the storage. Nothing but a new directory with a random name below it is touched. */
  prefix?: string
  secrets?: readonly string[]
  capabilities?: StorageCapabilities
  /** How long one check may take, in milliseconds. Default 600,000. */
  timeoutMs?: number
}

/** How long removing what was written may take once the checks were cancelled, in milliseconds. */
const lastRemovalMs = 8000

/**
 * Holds a storage in use to every promise, one after the other, below a scratch prefix that is removed again. The
 * last thing that it gives is what came of that.
 */
export async function* runStorageChecks(
  storage: Storage,
  { signal, prefix = '', secrets = [], capabilities = {}, timeoutMs = 600_000 }: StorageChecksOptions,
): AsyncGenerator<StorageCheck, void> {
  const scratch = `${prefix}.holdfast-check-${randomBytes(8).toString('hex')}/`
  let canBeUsed = true
  let hasWritten = false
  try {
    for (const [index, one] of storageCases.entries()) {
      if (!canBeUsed) {
        yield notReached(one.name)
        continue
      }
      // The first case writes nothing.
      if (index > 0) hasWritten = true
      const own = `${scratch}${index}/`
      const subject = { storage: below(storage, own), secrets }
      const outcome = await runCase(one, subject, { signal, capabilities, timeoutMs })
      // What can not be removed now is reported at the end.
      await empty(storage, own, signal).catch(() => {})
      if (outcome.status === 'failed' && one.essential === true) canBeUsed = false
      yield checkOf(one, outcome)
    }
  } finally {
    yield hasWritten ? await removeScratch(storage, scratch, signal) : notReached('scratch')
  }
}

function checkOf({ name, promise, weakness }: StorageCase, outcome: Outcome): StorageCheck {
  if (outcome.status === 'passed') return { name, status: 'passed', detail: promise }
  if (outcome.status === 'skipped') return { name, status: 'skipped', detail: outcome.reason }
  const { what, error } = outcome
  if (weakness === undefined) return { name, status: 'failed', detail: what, error }
  return { name, status: 'warning', detail: `${what}. ${weakness}`, error }
}

function notReached(name: string): StorageCheck {
  return { name, status: 'skipped', detail: 'not reached' }
}

async function removeScratch(storage: Storage, scratch: string, signal: AbortSignal): Promise<StorageCheck> {
  const name = 'scratch'
  try {
    await empty(storage, scratch, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
      return empty(storage, scratch, AbortSignal.timeout(lastRemovalMs))
    })
    return { name, status: 'passed', detail: 'everything that these checks wrote is removed again' }
  } catch (error) {
    const detail = `${storage.location(scratch)} could not be removed: ${told(error)}`
    return { name, status: 'failed', detail, error }
  }
}

async function empty(storage: Storage, prefix: string, signal: AbortSignal): Promise<void> {
  await inParallel(await keysBelow(storage, prefix, signal), (key) => storage.remove(key, signal))
  const inAnHour = new Date(Date.now() + 3_600_000)
  await storage.removeUnfinished?.(prefix, inAnHour, signal)
  const left = await keysBelow(storage, prefix, signal)
  if (left.length > 0) throw new Error(`${left.length} objects are still there`)
}

async function keysBelow(storage: Storage, prefix: string, signal: AbortSignal): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list(prefix, signal)) {
    // Whatever a storage lists, nothing outside the prefix is removed.
    if (key.startsWith(prefix)) keys.push(key)
  }
  return keys
}
