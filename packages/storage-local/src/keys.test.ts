import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { hasCode, type Storage } from '@holdfast/plugin'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { localStorage } from './storage.ts'

// That what is not refused is stored faithfully is held by the conformance suite; here is which is which.

const { signal } = new AbortController()
const refused = (error: unknown): boolean => hasCode(error, 'STORAGE_KEY_INVALID')

let directory: string
let storage: Storage
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-keys-'))
  storage = localStorage({ path: directory }, { baseDirectory: directory })
})
afterEach(() => rm(directory, { recursive: true }))

const put = (key: string): Promise<unknown> =>
  storage.put(key, Readable.from([Buffer.from(key)], { objectMode: false }), { signal })

const odd = [' x ', 'x.', '.x', 'a b', '%46', 'a%2fb', 'ü', 'e\u0301', '日本', '🐘', "'", '"']
const forShells = ['$(x)', '-x', 'x;y', 'x?y', '*']

it.each([...odd, ...forShells, 'y'.repeat(255), `${'é'.repeat(127)}x`])('stores %j', async (name) => {
  await put(`${name}/${name}`)
  expect(await readdir(directory, { recursive: true })).toEqual([name, join(name, name)])
  expect(await text(await storage.get(`${name}/${name}`, { signal }))).toBe(`${name}/${name}`)
})

const climbing = ['', '/', '/etc/x', 'a//b', 'a/', '.', '..', './a', '../a', 'a/../b', 'a/..']
const unreadable = ['a\0b', 'a\nb', '\u007f', 'a\\b', '\ud800']

it.each([...climbing, ...unreadable, 'z'.repeat(256), 'é'.repeat(128)])(
  'refuses %j everywhere',
  async (key) => {
    await expect(put(key)).rejects.toSatisfy(refused)
    await expect(storage.get(key, { signal })).rejects.toSatisfy(refused)
    await expect(storage.stat(key, signal)).rejects.toSatisfy(refused)
    await expect(storage.remove(key, signal)).rejects.toSatisfy(refused)
    expect(await readdir(directory)).toEqual([])
  },
)

it.each(['../', '/', 'a/../', 'a//b', './'])('refuses to list below %j', async (prefix) => {
  await expect(storage.list(prefix, signal)[Symbol.asyncIterator]().next()).rejects.toSatisfy(refused)
})
