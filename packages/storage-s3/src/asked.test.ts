import { afterEach, describe, expect, it, test } from 'vitest'
import { bench, closeAll, failureOf, partBytes, patterned } from './double.test.support.ts'

afterEach(closeAll)
const signal = new AbortController().signal
const threeParts = patterned(2 * partBytes + 1)
const key = 'shop/2026/11/shop_full_20261122_030000-2.dump.zst'

test('an object gets what was asked for, whole or in parts', async () => {
  const { store, put } = await bench({
    serverSideEncryption: { algorithm: 'aws:kms', kmsKeyId: 'abcd-1234' },
    storageClass: 'STANDARD_IA',
    metadata: { database: 'shop', environment: 'production' },
    tags: { team: 'a b', 'cost-centre': '7' },
    objectLock: { mode: 'GOVERNANCE', days: 30 },
  })
  await Promise.all([put(key, threeParts), put('small', 'x')])
  for (const { properties } of store.objects.values()) {
    expect(properties).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'abcd-1234',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-meta-database': 'shop',
      'x-amz-meta-environment': 'production',
      'x-amz-meta-job': 'shop',
      'x-amz-tagging': 'team=a+b&cost-centre=7',
      'x-amz-object-lock-mode': 'GOVERNANCE',
    })
    const until = Date.parse(properties['x-amz-object-lock-retain-until-date'] ?? '')
    expect((until - Date.now()) / 86_400_000).toBeCloseTo(30, 2)
  }
  expect(store.objects.get(key)?.properties['x-amz-meta-backup-date']).toBe('2026-11-22T03:00:00Z')
})

describe.each([
  ['encryption', { serverSideEncryption: 'AES256' }, 'encryption with AES256 was asked for'],
  ['encryption', { serverSideEncryption: 'aws:kms' }, 'not encrypted it'],
  ['class', { storageClass: 'STANDARD_IA' }, 'the store has it in STANDARD'],
  ['lock', { objectLock: { mode: 'COMPLIANCE', days: 1 } }, 'shows no lock'],
] as const)('a store that ignores %s', (ignorable, options, said) => {
  it(`is told on when it was asked for ${JSON.stringify(options)}`, async () => {
    const { put } = await bench(options, { ignores: [ignorable] })
    for (const content of ['x', threeParts]) {
      const error = await failureOf(put('a', content))
      expect(error).toMatchObject({ code: 'STORAGE_IGNORED', retryable: false })
      expect(error.message).toContain(said)
      expect(error.hint).toContain('ignored: warn')
    }
  })

  it('is a warning where the options say so', async () => {
    const { put } = await bench({ ...options, ignored: 'warn' }, { ignores: [ignorable] })
    expect((await put('a', 'x')).warnings).toEqual([expect.stringContaining(said)])
  })
})

test('the key of the key service is compared, by id or ARN, and not by alias', async () => {
  const arn = 'arn:aws:kms:us-east-1:111122223333:key/abcd'
  for (const kmsKeyId of ['abcd', arn, 'alias/backups']) {
    const { put } = await bench({ serverSideEncryption: { algorithm: 'aws:kms', kmsKeyId } })
    expect((await put('a', 'x')).warnings).toBeUndefined()
  }
})

describe('a checksum', () => {
  const crc32 = { algorithm: 'crc32', value: '8cdc1683' }

  it('is given where the store computed the same over the whole', async () => {
    const { storage, put } = await bench({ checksum: 'crc32' })
    expect((await put('a', 'x')).checksum).toEqual(crc32)
    expect((await storage.stat('a', signal))?.checksum).toEqual(crc32)
    const inParts = (await put('b', threeParts)).checksum
    expect(inParts).toMatchObject({ algorithm: 'crc32' })
    expect((await storage.stat('b', signal))?.checksum).toEqual(inParts)
  })

  it('of sha256 is given for what was sent in one, and not for a checksum of checksums', async () => {
    const { storage, put } = await bench({ checksum: 'sha256' })
    expect((await put('a', 'x')).checksum).toEqual({
      algorithm: 'sha256',
      value: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
    })
    expect((await put('b', threeParts)).checksum).toBeUndefined()
    expect((await storage.stat('b', signal))?.checksum).toBeUndefined()
  })

  it('is not given by a store that keeps none, nor where none was sent', async () => {
    const { put } = await bench({ checksum: 'crc32' }, { ignores: ['checksum'] })
    expect((await put('a', threeParts)).checksum).toBeUndefined()
    const { store, storage, put: other } = await bench({ checksum: 'whenRequired' })
    expect((await other('a', threeParts)).checksum).toBeUndefined()
    expect((await storage.stat('a', signal))?.checksum).toBeUndefined()
    const names = store.requests.flatMap(({ headers }) => Object.keys(headers))
    expect(names.filter((name) => /checksum|trailer|content-md5/.test(name))).toEqual([])
  })
})

describe('create-only', () => {
  it('is checked on a store that nothing is known of, and atomic once it refused a write', async () => {
    const { store, put } = await bench()
    const once = await put('a', 'x', { ifAbsent: true })
    expect(once.createOnly).toBe('checked')
    expect(await put('b', 'x')).not.toHaveProperty('createOnly')
    // Somebody is faster, between the look and the write.
    const [[, theirs] = []] = store.objects
    store.fail({
      on: ({ key: asked, method }) => asked === 'c' && method === 'HEAD',
      kind: { answer: { status: 404 } },
    })
    if (theirs !== undefined) store.objects.set('c', theirs)
    expect(await failureOf(put('c', 'y', { ifAbsent: true }))).toMatchObject({ code: 'STORAGE_EXISTS' })
    expect((await put('d', 'x', { ifAbsent: true })).createOnly).toBe('atomic')
    // What it does for whole objects says nothing of those in parts.
    expect((await put('e', threeParts, { ifAbsent: true })).createOnly).toBe('checked')
  })

  it('is atomic where the options say that the store honours it, and then nothing is looked at before', async () => {
    const { put, count } = await bench({ createOnly: 'atomic' })
    expect((await put('a', 'x', { ifAbsent: true })).createOnly).toBe('atomic')
    expect((await put('b', threeParts, { ifAbsent: true })).createOnly).toBe('atomic')
    expect(count('HeadObject')).toBe(2)
  })

  it.each([[{ ignores: ['if-none-match'] }], [{ refuses: ['if-none-match'] }]] as const)(
    'is checked, and still refuses what is there, on a store that has %j',
    async (double) => {
      const { put, read } = await bench({}, double)
      for (const content of ['x', threeParts]) {
        await put('a', 'first')
        expect(await failureOf(put('a', content, { ifAbsent: true }))).toMatchObject({
          code: 'STORAGE_EXISTS',
        })
        expect((await read('a')).toString()).toBe('first')
        expect((await put(`b${content.length}`, content, { ifAbsent: true })).createOnly).toBe('checked')
      }
    },
  )

  it('waits for another write of the same key that is going on, and sees what comes of it', async () => {
    const { store, put, count } = await bench({ createOnly: 'atomic' })
    const kind = { answer: { status: 409, code: 'ConditionalRequestConflict' } }
    const isPut = ({ operation }: { operation: string }): boolean => operation === 'PutObject'
    store.fail({ on: isPut, kind, times: 2 })
    await put('a', 'x', { ifAbsent: true })
    expect(count('PutObject')).toBe(3)
    const [[, theirs] = []] = store.objects
    store.fail({
      kind,
      on: (request) => {
        if (isPut(request) && theirs !== undefined) store.objects.set('b', theirs)
        return isPut(request)
      },
    })
    expect(await failureOf(put('b', 'x', { ifAbsent: true }))).toMatchObject({ code: 'STORAGE_EXISTS' })
    store.fail({ on: isPut, kind, times: 99 })
    expect(await failureOf(put('c', 'x', { ifAbsent: true }))).toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      retryable: true,
    })
  })

  it('is not asked for where the options say so', async () => {
    const { store, put } = await bench({ createOnly: 'checked' })
    expect((await put('a', 'x', { ifAbsent: true })).createOnly).toBe('checked')
    expect(await failureOf(put('a', 'x', { ifAbsent: true }))).toMatchObject({ code: 'STORAGE_EXISTS' })
    expect(store.requests.some(({ headers }) => 'if-none-match' in headers)).toBe(false)
  })
})
