// A storage for tests: a directory whose writes go wrong as the options say, for objects whose key ends in `at`. With
// `checksums` it computes one over what it holds.
import { pipeline, Transform } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { callbackify } from 'node:util'
import { crc32 } from 'node:zlib'
import { definePlugin, HoldfastError } from '@holdfast/plugin'
import local from '@holdfast/storage-local'

const never = () => new Promise(() => {})

/** What happens once so many bytes have passed. */
const troubles = {
  fails: () => Promise.reject(new HoldfastError('STORAGE_FAILED', 'the disk caught fire')),
  hangs: () => {
    // What hangs in a network has a socket, which keeps the process alive.
    setInterval(() => {}, 1000)
    return never()
  },
}

export default definePlugin({
  kind: 'storage',
  name: 'troubled',
  parseOptions: ({ path, ...trouble }) => ({ inner: local.parseOptions({ path }), ...trouble }),
  create({ inner, at = '', put, afterBytes = 0, get, delayMs = 0, checksums = false }, context) {
    const plain = local.create(inner, context)
    const storage = checksums ? summing(plain) : plain
    return {
      ...storage,
      async put(key, body, options) {
        if (put === undefined || !key.endsWith(at)) return storage.put(key, body, options)
        if (put !== 'slow' && afterBytes === 0) return troubles[put]()
        let seen = 0
        const passed = new Transform({
          transform: callbackify(async (chunk, _encoding) => {
            const before = seen
            seen += chunk.length
            if (put === 'slow') await sleep(delayMs)
            else if (before < afterBytes && seen >= afterBytes) await troubles[put]()
            return chunk
          }),
          flush: callbackify(async () => {
            if (put !== 'slow' && seen < afterBytes) await troubles[put]()
          }),
        })
        pipeline(body, passed, () => {})
        return storage.put(key, passed, options)
      },
      get: (key, options) =>
        get === 'hangs' && key.endsWith(at) ? troubles.hangs() : storage.get(key, options),
    }
  },
})

function summing(storage) {
  const withSum = async (info, signal) => {
    let sum = 0
    for await (const chunk of await storage.get(info.key, { signal })) sum = crc32(chunk, sum)
    return { ...info, checksum: { algorithm: 'crc32', value: sum.toString(16).padStart(8, '0') } }
  }
  return {
    ...storage,
    put: async (key, body, options) => withSum(await storage.put(key, body, options), options.signal),
    stat: async (key, signal) => {
      const info = await storage.stat(key, signal)
      return info && withSum(info, signal)
    },
  }
}
