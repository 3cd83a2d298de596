import { buffer } from 'node:stream/consumers'
import type { Storage } from '@holdfast/plugin'
import { promptly } from '../promptly.ts'
import { Skipped } from '../runner.ts'
import { bodyOf } from './bodies.ts'
import type { CaseContext, StorageCapabilities, StorageUnderTest } from './case.ts'

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
