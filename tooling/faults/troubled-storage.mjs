// A storage for tests: a directory whose writes go wrong as the options say, for objects whose key ends in `at`. With
// `checksums` it computes one over what it holds.
import { Transform } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
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
          async transform(chunk, _encoding, done) {
            const before = seen
            seen += chunk.length
            try {
              if (put === 'slow') await sleep(delayMs)
              else if (before < afterBytes && seen >= afterBytes) await troubles[put]()
              done(null, chunk)
            } catch (error) {
              done(error)
            }
          },
          flush(done) {
            if (put === 'slow' || seen >= afterBytes) done()
            else troubles[put]().catch(done)
          },
        })
        body.on('error', (error) => passed.destroy(error))
        return storage.put(key, body.pipe(passed), options)
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
