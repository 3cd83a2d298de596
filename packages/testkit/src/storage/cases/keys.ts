import assert from 'node:assert/strict'
import { failsWith, nothingIn, orRefused, quoted, sameBytes, sameKeys } from '../assertions.ts'
import type { CaseContext, StorageCase } from '../case.ts'
import { inParallel } from '../in-parallel.ts'
import { hostileKeys } from './hostile-keys.ts'

const base = 'shop-1.eu_west/2026/11/shop-1.eu_west_full_20261122_030000-2'
const parts = [
  'dump.zst.age',
  'dump.zst.sha256',
  'manifest.json',
  'verdict-20261122T031500123Z.json',
  'globals.sql.gz',
]

export const keyCases: readonly StorageCase[] = [
  {
    topic: 'keys',
    name: 'keys of backups',
    promise: 'the keys that Holdfast makes are stored as they are',
    async run(context) {
      const longest = `${'j'.repeat(100)}/2026/11/${'j'.repeat(100)}_full_20261122_030000.dump.zst.age.sha256`
      const names = [...parts.map((part) => `${base}.${part}`), longest, '0/0', 'A.B-C_d/x.y-z_w']
      for (const key of names) await context.put(key, key)
      sameKeys(await context.keys(), names, 'list')
      await inParallel(names, (key) => isAsItWas(context, key, key))
    },
  },
  {
    topic: 'keys',
    name: 'hostile keys',
    promise: 'any key is stored as it is, apart from every other, or refused with STORAGE_KEY_INVALID',
    async run(context) {
      const { stored, refused } = await putAll(context, hostileKeys)
      sameKeys(await context.keys(), [...stored.keys()], 'list')
      await inParallel([...stored], ([key, content]) => isAsItWas(context, key, content))
      await inParallel(refused, (key) => isUnknown(context, key))
      sameKeys(await context.keys(), [...stored.keys()], 'list after refused keys were asked for')
      await inParallel([...stored.keys()], (key) => context.storage.remove(key, context.signal))
      sameKeys(await context.keys(), [], 'list after everything was removed')
      nothingIn((await context.leftovers?.()) ?? [])
    },
  },
  {
    topic: 'keys',
    name: 'object below object',
    promise: 'a key that goes on below another object is stored or refused, and the first object stays',
    async run(context) {
      for (const [first, second] of [
        ['a', 'a/b'],
        ['c/d/e', 'c/d'],
        ['f/g', 'f'],
      ] as const) {
        await context.put(first, first)
        const { stored, refused } = await putAll(context, [second])
        await inParallel([[first, first] as const, ...stored], ([key, content]) =>
          isAsItWas(context, key, content),
        )
        await inParallel(refused, (key) => isUnknown(context, key))
        for (const key of [first, ...stored.keys()]) await context.storage.remove(key, context.signal)
        sameKeys(await context.keys(), [], 'list after both were removed')
      }
    },
  },
  {
    topic: 'keys',
    name: 'distinct names',
    promise: 'names that differ only in case, or in how an accent is written, are different objects',
    weakness: 'Here they are one object: do not give two jobs names that differ only so.',
    async run(context) {
      if (!context.capabilities.distinctNames) context.skip('this storage takes them for one')
      const names = [
        'a/name',
        'a/Name',
        'a/NAME',
        'A/name',
        'caf\u00e9',
        'cafe\u0301',
        'K',
        '\u212a',
        '\ufb01',
        'fi',
      ]
      const { stored } = await putAll(context, names)
      sameKeys(await context.keys(), [...stored.keys()], 'list')
      await inParallel([...stored], ([key, content]) => isAsItWas(context, key, content))
    },
  },
]

async function putAll(
  { put }: CaseContext,
  keys: readonly string[],
): Promise<{ stored: Map<string, string>; refused: string[] }> {
  const stored = new Map<string, string>()
  const refused: string[] = []
  await inParallel([...keys.entries()], async ([index, key]) => {
    const content = `content ${index}`
    const what = `put(${quoted(key)})`
    const info = await orRefused(what, put(key, content))
    if (info === undefined) return void refused.push(key)
    assert.ok(info.key === key, `${what} says that it stored ${quoted(info.key)}`)
    stored.set(key, content)
  })
  return { stored, refused }
}

async function isAsItWas({ storage, signal, get }: CaseContext, key: string, content: string): Promise<void> {
  sameBytes(await get(key), content, `the object ${quoted(key)}`)
  const stat = await storage.stat(key, signal)
  assert.ok(
    stat?.key === key,
    `stat(${quoted(key)}) gave ${stat === undefined ? 'nothing' : quoted(stat.key)}`,
  )
}

/** What was refused is not there, and no call takes it for something else. */
async function isUnknown({ storage, signal }: CaseContext, key: string): Promise<void> {
  const codes = ['STORAGE_KEY_INVALID', 'STORAGE_NOT_FOUND']
  await failsWith(codes, `get(${quoted(key)})`, storage.get(key, { signal }))
  const stat = await orRefused(`stat(${quoted(key)})`, storage.stat(key, signal))
  assert.ok(stat === undefined, `stat(${quoted(key)}) found an object that was refused`)
  await orRefused(`remove(${quoted(key)})`, storage.remove(key, signal))
}
