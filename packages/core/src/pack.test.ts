import { generateKeyPairSync } from 'node:crypto'
import { crc32, zstdCompressSync } from 'node:zlib'
import type { Storage } from '@holdfast/plugin'
import { memoryStorage, type MemoryStorage } from '@holdfast/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { type CatalogOptions, readCatalog, type StorageCatalog } from './catalog.ts'
import { addBackup } from './fixtures.test.ts'
import { verdictKey } from './keys.ts'
import { createPack, packedBackups } from './pack.ts'
import { writeVerdicts } from './records.ts'

const { signal } = new AbortController()
const day = (count: number): Date => new Date(Date.UTC(2026, 0, 1 + count, 3))
const packKey = 'shop/catalog.json.zst'

let storage: MemoryStorage
/** Of the objects that were asked for. */
let asked: string[]

beforeEach(async () => {
  storage = memoryStorage()
  for (let count = 0; count < packedBackups; count++) await addBackup(storage, day(count), {}, [{}])
  await pack()
})

function catalog(options: CatalogOptions = {}, trustedKeys?: object): Promise<StorageCatalog> {
  asked = []
  const get: Storage['get'] = (key, getOptions) => {
    asked.push(key)
    return storage.get(key, getOptions)
  }
  const named = { name: 'disk', plugin: 'memory', instance: { ...storage, get }, ...trustedKeys }
  return readCatalog(named, 'shop', signal, options)
}

/** As a run does it at its end. */
async function pack(): Promise<void> {
  const writer = createPack()
  await catalog({ onRead: writer.add })
  await writer.write(storage, 'shop', signal)
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[Math.floor(at)] = (changed[Math.floor(at)] ?? 0) ^ (1 << Math.floor(Math.random() * 8))
  return changed
}

function packOf(...lines: string[]): Buffer {
  const sealed = lines.map((line) => `${crc32(line).toString(16).padStart(8, '0')}${line}\n`)
  return zstdCompressSync(sealed.join(''))
}

function change(key: string, to: (bytes: Buffer) => Buffer): void {
  const object = storage.objects.get(key)
  if (object === undefined) throw new Error(`there is no ${key}`)
  storage.objects.set(key, {
    bytes: to(object.bytes),
    modifiedAt: new Date(object.modifiedAt.getTime() + 1000),
  })
}

it('says what the objects say, in one request', async () => {
  const packed = await catalog({ packed: true })
  expect(asked).toEqual([packKey])
  expect(packed.backups).toHaveLength(packedBackups)
  expect(packed).toEqual(await catalog())
})

it('is left alone by whoever goes by the objects', async () => {
  await catalog()
  expect(asked).toHaveLength(2 * packedBackups)
  expect(asked).not.toContain(packKey)
})

it('is no backup and no orphan', async () => {
  expect((await catalog()).orphans).toEqual([])
})

describe('it counts for an object only while that is as it was', () => {
  it('what came since is read', async () => {
    const base = await addBackup(storage, day(500), {}, [{ status: 'failed' }])
    const { backups } = await catalog({ packed: true })
    expect(asked).toHaveLength(3)
    expect(backups).toHaveLength(packedBackups + 1)
    expect(backups[0]).toMatchObject({ base, verification: 'failed' })
  })

  it('what was replaced is read', async () => {
    const [{ base } = { base: '' }] = (await catalog()).backups
    change(`${base}.manifest.json`, () => Buffer.from('{}'))
    expect((await catalog({ packed: true })).backups.find((one) => one.base === base)).toMatchObject({
      verification: 'invalid',
    })
    change(`${base}.manifest.json`, (bytes) => Buffer.from(bytes.toString().replace('{', '[')))
    const { backups } = await catalog({ packed: true })
    expect(backups.filter(({ verification }) => verification === 'invalid')).toHaveLength(1)
  })

  it('what was verified since costs one request, not that of its manifest as well', async () => {
    const [{ base, manifestSha256 } = { base: '', manifestSha256: '' }] = (await catalog()).backups
    const verdict = { verifier: 'v', storage: 'disk', proves: 'restored', status: 'passed' } as const
    const record = [{ ...verdict, checks: [] }]
    await writeVerdicts(storage, { base, id: 'x', manifestSha256 }, record, day(900), signal)
    const { backups } = await catalog({ packed: true })
    expect(asked).toEqual([packKey, verdictKey(base, day(900))])
    expect(backups[0]).toMatchObject({ base, verification: 'restored' })
  })

  it('what was deleted is not shown', async () => {
    const [{ keys, base } = { keys: [], base: '' }] = (await catalog()).backups
    for (const key of keys) await storage.remove(key, signal)
    const { backups } = await catalog({ packed: true })
    expect(backups).toHaveLength(packedBackups - 1)
    expect(backups.map((backup) => backup.base)).not.toContain(base)
  })
})

it.each([
  ['nothing', () => Buffer.alloc(0)],
  ['garbage', () => Buffer.from('garbage')],
  ['half of it', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['of another version', () => packOf('{"schemaVersion":2}', '{"base":"x","objects":[]}')],
  ['of other lines', () => packOf('{"schemaVersion":3}', 'null')],
  ['of other objects', () => packOf('{"schemaVersion":3}', '{"base":"x","objects":[null]}')],
  ['of lines without a checksum', () => zstdCompressSync('{"schemaVersion":3}\n{"base":"x","objects":[]}\n')],
])('is done without where it is %s', async (_, damage) => {
  change(packKey, damage)
  expect(await catalog({ packed: true })).toEqual(await catalog())
})

it('is believed only as far as it is whole, wherever a bit has turned', async () => {
  const whole = storage.objects.get(packKey)?.bytes ?? Buffer.alloc(0)
  const expected = await catalog()
  for (let flip = 0; flip < 100; flip++) {
    change(packKey, () => flipped(whole, Math.random() * whole.length))
    expect(await catalog({ packed: true })).toEqual(expected)
  }
})

it('holds what no JSON of ours has: line ends of every kind, and bytes that are no text', async () => {
  const [{ base } = { base: '' }] = (await catalog()).backups
  change(`${base}.manifest.json`, (bytes) => Buffer.concat([bytes, Buffer.from('\r\n\u2028\u2029\n')]))
  const [, { base: other } = { base: '' }] = (await catalog()).backups
  change(`${other}.manifest.json`, () => Buffer.from([0xff, 0x0a, 0xfe]))
  await pack()
  const packed = await catalog({ packed: true })
  expect(asked).toEqual([packKey, `${other}.manifest.json`])
  expect(packed).toEqual(await catalog())
})

it('is done without where it is missing, or may not be written', async () => {
  await storage.remove(packKey, signal)
  expect((await catalog({ packed: true })).backups).toHaveLength(packedBackups)
  const refusing = { ...storage, put: () => Promise.reject(new Error('no')) }
  await expect(createPack().write(refusing, 'shop', signal)).resolves.toBeUndefined()
})

it('is not believed where only signed manifests are', async () => {
  const { publicKey } = generateKeyPairSync('ed25519')
  const { backups } = await catalog({ packed: true }, { trustedKeys: [publicKey] })
  expect(asked).not.toContain(packKey)
  expect(backups.every(({ verification }) => verification === 'invalid')).toBe(true)
})
