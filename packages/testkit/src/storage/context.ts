import { buffer } from 'node:stream/consumers'
import assert from 'node:assert/strict'
import type { Storage } from '@holdfast/plugin'
import { bodyOf } from './bodies.ts'
import type { CaseContext, StorageCapabilities, StorageUnderTest } from './case.ts'

/** Thrown by a case that has nothing to say of this storage. */
export class Skipped extends Error {}

export interface ContextOptions {
  signal: AbortSignal
  capabilities: StorageCapabilities
  /** How long a call may take that should end at once, in milliseconds. */
  promptMs: number
}

export function createContext(
  storage: Storage,
  { secrets = [], leftovers, strand, unusable }: StorageUnderTest,
  { signal, capabilities, promptMs }: ContextOptions,
): CaseContext {
  return {
    storage,
    secrets,
    signal,
    capabilities: {
      createOnly: 'atomic',
      distinctNames: true,
      inMemory: false,
      partBytes: 65_536,
      pageObjects: 1000,
      ...capabilities,
    },
    ...(leftovers && { leftovers }),
    ...(strand && { strand }),
    ...(unusable && { unusable }),
    put: (key, content, options) => storage.put(key, bodyOf(content), { signal, ...options }),
    get: async (key, range) => buffer(await storage.get(key, { signal, ...(range && { range }) })),
    keys: async (prefix = '', cancel = signal) => {
      const found: string[] = []
      for await (const { key } of storage.list(prefix, cancel)) found.push(key)
      return found
    },
    promptly: (what, call) => promptly(what, call, promptMs),
    skip: (reason) => {
      throw new Skipped(reason)
    },
  }
}

async function promptly<Result>(what: string, call: Promise<Result>, promptMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new assert.AssertionError({ message: `${what} had not ended after ${promptMs / 1000} s` }))
    }, promptMs)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
