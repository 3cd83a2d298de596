import { animal, type Animal } from './animal.test.data.ts'
import { writeChat, writeJson } from './honest.test.data.ts'

/** Notifiers without a fault, each of its own kind. */
export const honestOnes: readonly Animal[] = [
  animal('writes mail', {}),
  animal('writes to a chat', { write: writeChat }),
  animal('writes to programs', { write: writeJson }),
  animal('has no check', { change: () => ({ check: undefined }) as never }),
  animal('only pings', {
    write: () => ({ parts: [{ form: 'text', content: 'ping' }] }),
    capabilities: { words: false },
  }),
]
