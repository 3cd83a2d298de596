import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

// Plugins that misbehave, written beside the configuration that uses them.

const source = (path: string): string =>
  JSON.stringify(new URL(`../../packages/${path}`, import.meta.url).href)

const head = `import local from ${source('storage-local/src/index.ts')}
import { definePlugin, HoldfastError } from ${source('plugin/src/index.ts')}
`

/** A local storage of which every fifth call fails, at random: before it, or in the middle of a write. */
const flaky = `${head}
import { Transform } from 'node:stream'
const sorry = () => new HoldfastError('STORAGE_UNAVAILABLE', 'not now', { retryable: true })
const maybe = () => { if (Math.random() < 0.2) throw sorry() }
const torn = () => new Transform({ transform: (chunk, _, done) => done(sorry()) })
export default definePlugin({
  kind: 'storage', name: 'flaky', parseOptions: local.parseOptions,
  create(options, context) {
    const inner = local.create(options, context)
    return {
      check: async (signal) => { maybe(); return inner.check(signal) },
      put: async (key, body, options) => {
        if (Math.random() < 0.1) throw sorry()
        const isTorn = Math.random() < 0.1
        return inner.put(key, isTorn ? body.on('error', () => {}).pipe(torn()) : body, options)
      },
      get: async (key, options) => { maybe(); return inner.get(key, options) },
      stat: async (key, signal) => { maybe(); return inner.stat(key, signal) },
      async *list(prefix, signal) { maybe(); yield* inner.list(prefix, signal) },
      remove: async (key, signal) => { maybe(); return inner.remove(key, signal) },
      location: (key) => inner.location(key),
      removeUnfinished: async (...args) => { maybe(); return inner.removeUnfinished(...args) },
    }
  },
})
`

/** A local storage that takes a minute over the first byte of everything but small records, unless it is told to stop. */
const slow = `${head}
import { setTimeout as sleep } from 'node:timers/promises'
export default definePlugin({
  kind: 'storage', name: 'slow', parseOptions: local.parseOptions,
  create(options, context) {
    const inner = local.create(options, context)
    return Object.assign(Object.create(inner), {
      check: (signal) => inner.check(signal),
      put: async (key, body, options) => {
        if (!key.endsWith('.json')) await sleep(60_000, undefined, { signal: options.signal })
        return inner.put(key, body, options)
      },
      get: (...args) => inner.get(...args), stat: (...args) => inner.stat(...args),
      list: (...args) => inner.list(...args), remove: (...args) => inner.remove(...args),
      location: (key) => inner.location(key), removeUnfinished: (...args) => inner.removeUnfinished(...args),
    })
  },
})
`

/** A local storage that never says what it holds. */
const mute = `${head}
export default definePlugin({
  kind: 'storage', name: 'mute', parseOptions: local.parseOptions,
  create(options, context) {
    const inner = local.create(options, context)
    const never = () => new Promise(() => {})
    return {
      check: never, put: never, get: never, stat: never, remove: never, location: (key) => inner.location(key),
      async *list() { await never() },
    }
  },
})
`

/** Never ends, whatever it is told. */
const hanging = `${head}
export default definePlugin({
  kind: 'notifier', name: 'hanging', parseOptions: () => ({}), create: () => ({ notify: () => new Promise(() => {}) }),
})
`

/** Writes down what it was told. */
const keeping = `${head}
import { appendFile } from 'node:fs/promises'
export default definePlugin({
  kind: 'notifier', name: 'keeping', parseOptions: () => ({}),
  create: () => ({ notify: ({ event }) => appendFile('told', event + '\\n') }),
})
`

/** Throws where nobody can catch it. */
const throwing = `${head}
export default definePlugin({
  kind: 'notifier', name: 'throwing', parseOptions: () => ({}),
  create: () => ({
    notify: async () => {
      setTimeout(() => { throw new Error('thrown from a timer') }, 1)
      void Promise.reject(new Error('rejected on the side'))
      throw new Error('thrown at once')
    },
  }),
})
`

const plugins = { flaky, slow, mute, hanging, keeping, throwing }

/** Writes one of them into a directory; `use` takes what it resolves. */
export async function writePlugin(directory: string, name: keyof typeof plugins): Promise<string> {
  await writeFile(join(directory, `${name}.mjs`), plugins[name])
  return `./${name}.mjs`
}
