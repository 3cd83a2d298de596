import assert from 'node:assert/strict'
import { bodyOf } from '../bodies.ts'
import { fails } from '../assertions.ts'
import type { StorageCase } from '../case.ts'
import { carriesSecret } from '../../secrets.ts'
import { watch } from '../watch.ts'

export const errorCases: readonly StorageCase[] = [
  {
    topic: 'errors',
    name: 'errors of the family',
    promise: 'what fails fails with a HoldfastError that has a STORAGE_ code, and never hangs',
    async run({ unusable, secrets, signal, promptly, skip }) {
      if (unusable === undefined)
        return skip('only the tests of a plugin can make a storage that no call succeeds with')
      const { storage, verifyErrors } = watch(await unusable())
      const calls: Record<string, () => Promise<unknown>> = {
        check: () => storage.check(signal),
        put: () => storage.put('a', bodyOf('x'), { signal }),
        'create-only put': () => storage.put('a', bodyOf('x'), { signal, ifAbsent: true, bytes: 1 }),
        get: () => storage.get('a', { signal }),
        stat: () => storage.stat('a', signal),
        list: () => storage.list('', signal)[Symbol.asyncIterator]().next(),
        remove: () => storage.remove('a', signal),
      }
      for (const [name, call] of Object.entries(calls)) {
        const what = `${name} of a storage that can not be used`
        await promptly(what, fails(what, call()))
      }
      verifyErrors(secrets)
    },
  },
  {
    topic: 'errors',
    name: 'no secret',
    promise: 'no error, warning or location shows a secret that the storage was made with',
    async run({ storage, signal, secrets, put, get, keys, skip }) {
      if (secrets.length === 0) return skip('no secret is known to look for')
      for (const key of ['', 'a', 'a/b c%']) {
        assert.ok(!carriesSecret(storage.location(key), secrets), 'location shows a secret')
      }
      const { warnings = [] } = await storage.check(signal)
      assert.ok(!carriesSecret(warnings, secrets), 'check shows a secret in a warning')
      const info = await put('a', 'x')
      assert.ok(!carriesSecret(info, secrets), 'put shows a secret')
      const provoked = [
        get('missing'),
        get('a', { start: 0, end: 9 }),
        put('a', 'x', { ifAbsent: true }),
        put('a', 'x', { bytes: 2 }),
        put('a\0b', 'x'),
        keys('../'),
        storage.stat('', AbortSignal.abort()),
      ]
      // Every error is looked at where it is made.
      await Promise.allSettled(provoked)
    },
  },
]
