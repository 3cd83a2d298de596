import { HoldfastError, type Storage } from '@holdfast/plugin'
import { memoryStorage } from '../../memory-storage.ts'
import { type Animal, faulty, renaming, store } from './animal.test.data.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCY'
const secrets = [secret]
const hourMs = 3_600_000

/** Faults of keys, errors and unfinished writes. */
export const namers: readonly Animal[] = [
  faulty('keys of backups', 'refuses long keys', (honest) => ({
    put: async (key, body, options) => {
      if (key.length > 200) throw new HoldfastError('STORAGE_KEY_INVALID', key)
      return honest.put(key, body, options)
    },
  })),
  faulty(
    'hostile keys',
    'decodes percent signs in keys',
    renaming((key) => key.replace('%46', 'F')),
  ),
  faulty(
    'hostile keys',
    'resolves dots in keys',
    renaming((key) => key.replace(/[^/]+\/\.\.\//g, '')),
  ),
  faulty(
    'hostile keys',
    'merges slashes in keys',
    renaming((key) => key.replace(/\/+/g, '/')),
  ),
  faulty(
    'hostile keys',
    'trims keys',
    renaming((key) => key.trim()),
  ),
  faulty(
    'hostile keys',
    'replaces half characters',
    renaming((key) => key.toWellFormed()),
  ),
  faulty('hostile keys', 'fails at odd keys in a way of its own', (honest) => ({
    put: async (key, body, options) => {
      if (key.includes('\0')) throw new HoldfastError('STORAGE_FAILED', '400 Bad Request')
      return honest.put(key, body, options)
    },
  })),
  faulty('object below object', 'loses an object when one comes to stand below it', (honest) => ({
    put: async (key, body, options) => {
      for (const above of honest.objects.keys()) if (key.startsWith(`${above}/`)) honest.objects.delete(above)
      return honest.put(key, body, options)
    },
  })),
  faulty(
    'distinct names',
    'is blind to case',
    renaming((key) => key.toLowerCase()),
  ),
  faulty(
    'distinct names',
    'normalizes accents',
    renaming((key) => key.normalize('NFC')),
  ),
  faulty('location', 'has one location for everything', () => ({ location: () => 's3://bucket' })),
  faulty(
    'no secret',
    'leaks the secret in a location',
    () => ({
      location: (key) => `https://key:${encodeURIComponent(secret)}@store/${key}`,
    }),
    { secrets },
  ),
  faulty(
    'no secret',
    'leaks the secret in the cause of an error',
    (honest) => ({
      get: async (key, options) => {
        if (honest.objects.has(key)) return honest.get(key, options)
        const cause = Object.assign(new Error('404'), {
          request: { headers: { authorization: basic(secret) } },
        })
        throw new HoldfastError('STORAGE_NOT_FOUND', key, { cause })
      },
    }),
    { secrets },
  ),
  faulty(
    'no secret',
    'leaks the secret in a warning',
    () => ({
      check: async () => ({ warnings: [`the key ${secret} expires soon`] }),
    }),
    { secrets },
  ),
  faulty('missing key', 'throws what its library threw', (honest) => ({
    get: async (key, options) => {
      if (honest.objects.has(key)) return honest.get(key, options)
      throw Object.assign(new Error('NoSuchKey'), { name: 'NoSuchKey', statusCode: 404 })
    },
  })),
  faulty('errors of the family', 'throws what its library threw when it can not be reached', () => ({}), {
    unusable: () => failing(() => Promise.reject(new Error('connect ECONNREFUSED'))),
  }),
  faulty('errors of the family', 'lists nothing when it can not be reached', () => ({}), {
    unusable: () => ({
      ...failing(() => Promise.reject(new HoldfastError('STORAGE_UNAVAILABLE', 'no answer'))),
      async *list() {},
    }),
  }),
  faulty('errors of the family', 'hangs when it can not be reached', () => ({}), {
    unusable: () => failing(() => new Promise(() => {})),
  }),
  faulty('errors of the family', 'leaks the secret when it is refused', () => ({}), {
    secrets,
    unusable: () =>
      failing(() => Promise.reject(new HoldfastError('STORAGE_PERMISSION', `403 for ${secret}`))),
  }),
  faulty('running writes', 'removes writes that still go on', (honest) => {
    let running = 0
    return {
      put: async (key, body, options) => {
        running++
        try {
          return await honest.put(key, body, options)
        } finally {
          running--
        }
      },
      removeUnfinished: async () => running,
    }
  }),
  faulty('running writes', 'takes finished objects for unfinished', (honest) => ({
    removeUnfinished: async (prefix, before) => {
      const old = [...honest.objects].filter(
        ([key, { modifiedAt }]) => key.startsWith(prefix) && modifiedAt < before,
      )
      for (const [key] of old) honest.objects.delete(key)
      return old.length
    },
  })),
  stranding('removes stranded writes outside the prefix', (entries, _prefix, before) =>
    entries.filter(([, at]) => at < before),
  ),
  stranding('removes stranded writes that are young', (entries, prefix) =>
    entries.filter(([key]) => key.startsWith(prefix)),
  ),
  faulty(
    'stranded writes',
    'lists stranded writes',
    (honest) => {
      listsStranded = (key) => void store(honest, key, Buffer.from('half'))
      return { removeUnfinished: async () => 0 }
    },
    { strand: async (key) => listsStranded(key) },
  ),
]

let listsStranded: (key: string) => void = () => {}

function stranding(
  name: string,
  choose: (entries: [string, Date][], prefix: string, before: Date) => [string, Date][],
): Animal {
  const stranded = new Map<string, Date>()
  return faulty(
    'stranded writes',
    name,
    () => ({
      removeUnfinished: async (prefix, before) => {
        const chosen = choose([...stranded], prefix, before)
        for (const [key] of chosen) stranded.delete(key)
        return chosen.length
      },
    }),
    { strand: async (key) => stranded.set(key, new Date(Date.now() - hourMs / 2)) },
  )
}

function failing(fail: () => Promise<never>): Storage {
  return {
    ...memoryStorage(),
    check: fail,
    put: fail,
    get: fail,
    stat: fail,
    remove: fail,
    async *list() {
      yield await fail()
    },
  }
}

function basic(password: string): string {
  return `Basic ${Buffer.from(`user:${password}`).toString('base64')}`
}
