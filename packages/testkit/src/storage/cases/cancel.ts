import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fails, sameBytes, sameKeys } from '../assertions.ts'
import { bodyOf, heldBody, patterned } from '../bodies.ts'
import type { StorageCase } from '../case.ts'
import { keepsWhatWas } from './keeps-what-was.ts'

export const cancelCases: readonly StorageCase[] = [
  {
    topic: 'cancelling',
    name: 'cancelled put',
    promise: 'a put that is cancelled before or while its body comes fails soon and stores nothing',
    async run(context) {
      const { partBytes } = context.capabilities
      const verify = await keepsWhatWas(context)
      for (const key of ['new', 'before']) {
        for (const length of [undefined, 0, 1, partBytes, 2 * partBytes + 1]) {
          const cancel = new AbortController()
          const held = heldBody(patterned(length ?? 1))
          if (length === undefined) cancel.abort(new Error('cancelled'))
          const signal = AbortSignal.any([context.signal, cancel.signal])
          const putting = context.storage.put(key, held.body, { signal })
          if (length !== undefined) await Promise.race([held.taken, putting])
          cancel.abort(new Error('cancelled'))
          const when = length === undefined ? 'before it began' : `after ${length} bytes`
          await context.promptly(`put cancelled ${when}`, fails(`put cancelled ${when}`, putting))
          await verify(`a put cancelled ${when}`)
        }
      }
    },
  },
  {
    topic: 'cancelling',
    name: 'cancelled at the end',
    promise:
      'a put that is cancelled when its body has ended resolves and has stored all, or fails and has stored nothing',
    async run(context) {
      const rejected: string[] = []
      const small = patterned(1000)
      const large = patterned(context.capabilities.partBytes + 1)
      const began = performance.now()
      await context.put('measure', large)
      const tookMs = performance.now() - began
      for (let turn = 0; turn < 16; turn++) {
        const key = `turn/${turn}`
        const content = turn % 3 === 2 ? large : small
        const cancel = new AbortController()
        const body = bodyOf(content)
        const signal = AbortSignal.any([context.signal, cancel.signal])
        const putting = context.storage.put(key, body, { signal })
        if (turn < 8) {
          await Promise.race([once(body, 'end'), putting])
          for (let tick = 0; tick < turn; tick++) await new Promise(setImmediate)
        } else {
          await Promise.race([sleep((tookMs * (turn - 8)) / 6), putting])
        }
        cancel.abort(new Error('cancelled'))
        const [result] = await context.promptly('a cancelled put', Promise.allSettled([putting]))
        if (result.status === 'fulfilled')
          sameBytes(await context.get(key), content, 'what a cancelled put resolved for')
        else rejected.push(key)
      }
      await sleep(100)
      const there = await context.keys('turn/')
      const lies = rejected.filter((key) => there.includes(key))
      assert.ok(
        lies.length === 0,
        `${lies.length} of ${rejected.length} puts that failed when cancelled had stored their object`,
      )
    },
  },
  {
    topic: 'cancelling',
    name: 'cancelled calls',
    promise: 'a call whose signal has aborted fails and does nothing',
    async run({ storage, put, get, keys, promptly }) {
      await put('a', 'x')
      const signal = AbortSignal.abort(new Error('cancelled'))
      const calls: Record<string, () => Promise<unknown>> = {
        check: () => storage.check(signal),
        get: () => storage.get('a', { signal }),
        stat: () => storage.stat('a', signal),
        list: () => keys('', signal),
        remove: () => storage.remove('a', signal),
        ...(storage.removeUnfinished && {
          removeUnfinished: async () => storage.removeUnfinished?.('', new Date(), signal),
        }),
      }
      for (const [name, call] of Object.entries(calls)) {
        await promptly(`a cancelled ${name}`, fails(`a cancelled ${name}`, call()))
      }
      sameBytes(await get('a'), 'x', 'an object after cancelled calls')
    },
  },
  {
    topic: 'cancelling',
    name: 'cancelled reads',
    promise: 'a stream that is cancelled never ends as if it were whole, and one that is given up closes',
    async run({ storage, signal, put, promptly }) {
      const length = 4 << 20
      await put('a', patterned(length))
      const cancel = new AbortController()
      const stream = await storage.get('a', { signal: cancel.signal })
      let read = 0
      let readBefore = 0
      const reading = (async () => {
        for await (const chunk of stream as AsyncIterable<Buffer>) {
          read += chunk.length
          if (readBefore === 0) readBefore = read
          cancel.abort(new Error('cancelled'))
        }
      })()
      const [{ status }] = await promptly('a cancelled read', Promise.allSettled([reading]))
      const isRight = status === 'rejected' || readBefore === length
      assert.ok(isRight, `a read of ${length} bytes, cancelled after ${readBefore}, ended well after ${read}`)
      await promptly('a read that was given up', giveUp(await storage.get('a', { signal })))
    },
  },
  {
    topic: 'cancelling',
    name: 'cancelled listings',
    promise: 'a listing that is cancelled fails, and gives nothing more',
    async run(context) {
      const { storage, signal, keys, promptly } = context
      const names = Array.from({ length: 10 }, (_, index) => `a/${index}`)
      await Promise.all(names.map((key) => context.put(key, 'x')))
      const cancel = new AbortController()
      const seen: string[] = []
      const listing = async (): Promise<void> => {
        for await (const { key } of storage.list('', cancel.signal)) {
          seen.push(key)
          if (seen.length === 3) cancel.abort(new Error('cancelled'))
        }
      }
      await promptly('a cancelled list', fails('a cancelled list', listing()))
      assert.ok(seen.length === 3, `list gave ${seen.length - 3} objects after it was cancelled`)
      for await (const { key } of storage.list('', signal)) if (key !== '') break
      sameKeys(await keys(), names, 'list after one that was given up')
    },
  },
]

async function giveUp(stream: Readable): Promise<void> {
  await once(stream, 'readable')
  stream.read(1)
  const closed = once(stream, 'close')
  stream.destroy()
  await closed
}
