import { createPrivateKey, generateKeyPairSync, randomInt } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Verdict } from '@holdfast/plugin'
import { memoryStorage, type MemoryStorage } from '@holdfast/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCatalog } from '../catalog.ts'
import { manifestOf } from '../fixtures.test.ts'
import { backupBase, manifestKey, signatureKey } from '../keys.ts'
import { newSigningKeys } from '../keygen.ts'
import { writeManifest, writeVerdicts } from '../records.ts'
import { applyPrune, planPrune } from '../prune.ts'
import { parsePrivateKey, parsePublicKey, publicKeyProblem } from './keys.ts'
import { openSigner, trustedKeys } from './open.ts'
import { createSigner } from './signature.ts'

const signal = new AbortController().signal
const startedAt = new Date('2026-11-22T03:00:00Z')
const keys = newSigningKeys()
const others = newSigningKeys()
const signerOf = ({ privateKey, publicKeyText }: typeof keys) =>
  createSigner(createPrivateKey(privateKey.reveal()), publicKeyText)

const named = (instance: MemoryStorage, publicKeys: readonly string[]) => ({
  name: 'disk',
  plugin: 'memory',
  instance,
  retention: { days: 1 },
  trustedKeys: trustedKeys(publicKeys),
})
const read = async (storage: MemoryStorage, ...publicKeys: string[]) =>
  (await readCatalog(named(storage, publicKeys), 'shop', signal)).backups

async function add(storage: MemoryStorage, at: Date, signer?: ReturnType<typeof signerOf>): Promise<string> {
  const manifest = manifestOf(at)
  const base = backupBase(manifest.job, manifest.name, at)
  const written = await writeManifest(storage, base, manifest, { signer, signal })
  const manifestSha256 = written.at(-1)?.sha256 ?? ''
  const verdict: Verdict = {
    verifier: 'v',
    storage: 'disk',
    proves: 'archive',
    status: 'passed',
    checks: [],
  }
  await writeVerdicts(storage, { base, id: manifest.id, manifestSha256 }, [verdict], at, signal)
  return base
}

describe('a signed manifest', () => {
  it('is signed before it is there, by 64 bytes, and believed', async () => {
    const disk = memoryStorage()
    const base = await add(disk, startedAt, signerOf(keys))
    const [first, second] = [...disk.objects.keys()]
    expect([first, second]).toEqual([signatureKey(base), manifestKey(base)])
    expect(disk.objects.get(signatureKey(base))?.bytes).toHaveLength(64)
    expect(await read(disk, keys.publicKeyText)).toMatchObject([
      { verification: 'archive', signature: 'good' },
    ])
    expect(await read(disk, others.publicKeyText, keys.publicKey)).toMatchObject([{ signature: 'good' }])
    expect(await read(disk)).toMatchObject([{ verification: 'archive', signature: 'unchecked' }])
  })

  it.each([
    ['nobody', undefined, 'is not signed'],
    ['another key', signerOf(others), 'is not what a trusted key has signed'],
  ])('is invalid where %s signed it, and neither counts nor goes', async (_who, signer, what) => {
    const disk = memoryStorage()
    await add(disk, startedAt, signer)
    const [backup] = await read(disk, keys.publicKeyText)
    expect(backup).toMatchObject({
      verification: 'invalid',
      verdicts: [],
      signature: 'none',
      invalid: { code: 'VERIFY_SIGNATURE', message: expect.stringContaining(what) },
    })
    expect(backup?.manifest).toBeUndefined()
    const now = new Date('2027-11-22T03:00:00Z')
    const { plan } = await planPrune(named(disk, [keys.publicKeyText]), 'shop', { now, signal })
    expect(plan.actions).toMatchObject([{ action: 'skip', reason: 'its manifest cannot be read or trusted' }])
  })

  it('does not let older ones go for a newer one that was forged', async () => {
    const disk = memoryStorage()
    await add(disk, startedAt, signerOf(keys))
    for (const day of [23, 24, 25]) await add(disk, new Date(Date.UTC(2026, 10, day, 3)))
    const now = new Date('2026-12-22T03:00:00Z')
    const { plan } = await planPrune(named(disk, [keys.publicKeyText]), 'shop', { now, signal })
    expect(plan.actions.map(({ action }) => action)).toEqual(['skip', 'skip', 'skip', 'keep'])
  })

  it('goes first when a backup is deleted, and its signature with the data', async () => {
    const disk = memoryStorage()
    const base = await add(disk, startedAt, signerOf(keys))
    await add(disk, new Date('2026-11-25T03:00:00Z'), signerOf(keys))
    const removed: string[] = []
    const remove = disk.remove.bind(disk)
    disk.remove = (key, aborted) => {
      removed.push(key)
      return remove(key, aborted)
    }
    const now = new Date('2026-11-26T03:00:00Z')
    const planned = await planPrune(named(disk, [keys.publicKeyText]), 'shop', { now, signal })
    const report = (error: unknown) => ({ code: 'INTERNAL', message: String(error) })
    const result = await applyPrune(planned, { now, orphansBefore: new Date(0), report, signal })
    expect(result).toMatchObject({ deleted: [expect.stringMatching(/20261122/)], errors: [] })
    expect(removed[0]).toBe(manifestKey(base))
    expect(removed).toContain(signatureKey(base))
    expect([...disk.objects.keys()].filter((key) => key.startsWith(base))).toEqual([])
  })

  it('is of no use beside another backup', async () => {
    const disk = memoryStorage()
    const base = await add(disk, startedAt, signerOf(keys))
    const next = await add(disk, new Date('2026-11-23T03:00:00Z'), signerOf(keys))
    for (const key of [manifestKey, signatureKey]) {
      const object = disk.objects.get(key(base))
      if (object !== undefined) disk.objects.set(key(next), object)
    }
    expect(await read(disk, keys.publicKeyText)).toMatchObject([
      { verification: 'invalid', invalid: { code: 'VERIFY_MANIFEST' } },
      { verification: 'archive' },
    ])
  })

  it('survives none of 1,000 mutations of it or of its signature', async () => {
    const disk = memoryStorage()
    const base = await add(disk, startedAt, signerOf(keys))
    const accepted: string[] = []
    for (let turn = 0; turn < 1000; turn++) {
      const key = turn % 2 === 0 ? manifestKey(base) : signatureKey(base)
      const original = disk.objects.get(key)
      if (original === undefined) throw new Error(`no ${key}`)
      const { what, bytes } = mutated(original.bytes)
      disk.objects.set(key, { ...original, bytes })
      const [backup] = await read(disk, keys.publicKeyText)
      if (backup?.verification !== 'invalid') accepted.push(`${key}: ${what}`)
      disk.objects.set(key, original)
    }
    expect(accepted).toEqual([])
    expect(await read(disk, keys.publicKeyText)).toMatchObject([{ verification: 'archive' }])
  })
})

/** Other bytes than these: a bit flipped, or some left out, put in, doubled or moved. */
function mutated(bytes: Buffer): { what: string; bytes: Buffer } {
  const at = randomInt(bytes.length)
  const length = 1 + randomInt(Math.min(8, bytes.length - at))
  const [before, part, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, at + length),
    bytes.subarray(at + length),
  ]
  const flipped = Buffer.from(bytes)
  flipped[at] = (flipped[at] ?? 0) ^ (1 << randomInt(8))
  const ways: Record<string, Buffer> = {
    flipped,
    cut: before,
    'left out': Buffer.concat([before, after]),
    doubled: Buffer.concat([before, part, part, after]),
    'put in': Buffer.concat([before, Buffer.from(' '), part, after]),
    'put behind': Buffer.concat([bytes, part]),
    moved: Buffer.concat([part, before, after, Buffer.from('\n')]),
  }
  const names = Object.keys(ways)
  const name = names[randomInt(names.length)] ?? 'cut'
  return { what: `${name} at ${at}, ${length}`, bytes: ways[name] ?? before }
}

describe('keys', () => {
  let directory: string
  const rsa = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-signing-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  it('are public in two forms', () => {
    for (const text of [keys.publicKeyText, keys.publicKey, `  ${keys.publicKeyText}\n`]) {
      expect(parsePublicKey(text)?.asymmetricKeyType).toBe('ed25519')
      expect(publicKeyProblem(text)).toBeUndefined()
    }
  })

  it.each([
    ['a private key', keys.privateKey.reveal(), /is a private key/],
    ['a key for something else', rsa.publicKey, /is not an Ed25519 public key/],
    ['an age recipient', 'age1qqq', /is an age key/],
    ['a file', 'keys/shop.pub.pem', /looks like a file/],
    ['a key that was cut', keys.publicKeyText.slice(1), /is not an Ed25519 public key/],
    ['something else', 'yes', /is not an Ed25519 public key/],
  ])('are not public in %s, which is not repeated', (_what, text, problem) => {
    expect(parsePublicKey(text)).toBeUndefined()
    expect(publicKeyProblem(text)).toMatch(problem)
    expect(publicKeyProblem(text)).not.toContain(text)
  })

  it.each([
    ['a public key', keys.publicKey, /is a public key/],
    ['a key for something else', rsa.privateKey, /is a key for rsa/],
    ['something else', 'yes', /is not a private key in PEM/],
  ])('do not sign with %s', (_what, text, problem) => {
    expect(() => parsePrivateKey(text, 'key.pem')).toThrow(problem)
  })

  it('sign only for a job that believes them', async () => {
    const keyFile = join(directory, 'key.pem')
    await writeFile(keyFile, keys.privateKey.reveal())
    await expect(openSigner({ keyFile, publicKeys: [] })).resolves.toMatchObject({
      publicKey: keys.publicKeyText,
    })
    await expect(
      openSigner({ keyFile, publicKeys: [others.publicKeyText, keys.publicKey] }),
    ).resolves.toMatchObject({ publicKey: keys.publicKeyText })
    await expect(openSigner({ keyFile, publicKeys: [others.publicKeyText] })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining(keys.publicKeyText),
    })
    await expect(openSigner({ publicKeys: [keys.publicKeyText] })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    await expect(openSigner({ keyFile: join(directory, 'missing'), publicKeys: [] })).rejects.toMatchObject({
      code: 'CONFIG_KEY_INVALID',
      message: expect.stringContaining('does not exist'),
    })
  })
})
