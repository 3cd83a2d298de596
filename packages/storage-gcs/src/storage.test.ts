import { execFile } from 'node:child_process'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { OptionsError } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import gcs from './index.ts'
import { bodyOf, failing, large, never, openDesk } from './desk.test.data.ts'

const key = 'projects/p/locations/eu/keyRings/r/cryptoKeys/k'

describe('options', () => {
  it.each([
    [{}, ['bucket']],
    [{ bucket: 'B' }, ['bucket']],
    [{ bucket: 'gs://b' }, ['bucket']],
    [{ bucket: 'abc', prefix: '../x' }, ['prefix']],
    [{ bucket: 'abc', prefix: '/' }, []],
    [{ bucket: 'abc', apiEndpoint: 'storage.example.com' }, ['apiEndpoint']],
    [{ bucket: 'abc', apiEndpoint: 'https://me:pass@storage.example.com' }, ['apiEndpoint']],
    [{ bucket: 'abc', apiEndpoint: 'ftp://storage.example.com' }, ['apiEndpoint']],
    [{ bucket: 'abc', credentials: 'canary' }, ['credentials']],
    [{ bucket: 'abc', credentials: '{"private_key":"canary"}' }, ['credentials']],
    [{ bucket: 'abc', credentials: '{"type":"x"}', keyFile: 'x' }, ['keyFile']],
    [{ bucket: 'abc', kmsKeyName: `${key}/cryptoKeyVersions/1` }, ['kmsKeyName']],
    [{ bucket: 'abc', storageClass: 'FREEZING' }, ['storageClass']],
    [{ bucket: 'abc', retention: { mode: 'locked' } }, ['retention.days']],
    [{ bucket: 'abc', metadata: { 'a b': 'c' } }, ['metadata.a b']],
    [{ bucket: 'abc', partBytes: 1000 }, ['partBytes', 'partBytes']],
    [{ bucket: 'abc', partBytes: 262_145 }, ['partBytes']],
    [{ bucket: 'abc', chunkSize: 1 }, ['chunkSize']],
  ])('of %j: refuses %j', (options, at) => {
    let error: unknown
    try {
      gcs.parseOptions(options)
    } catch (thrown) {
      error = thrown
    }
    const issues = error instanceof OptionsError ? error.issues : []
    expect(issues.map(({ path }) => path.join('.'))).toEqual(at)
    expect(String(error)).not.toContain('canary')
  })

  it('have a schema for editors', () => {
    expect(gcs.optionsSchema?.()).toMatchObject({ required: ['bucket'], additionalProperties: false })
  })

  it('are enough without anything but a bucket', () => {
    const storage = gcs.create(gcs.parseOptions({ bucket: 'backups', prefix: 'shop/' }), {
      name: 'gcs',
      job: 'shop',
      baseDirectory: '/',
    })
    expect(storage.location('a')).toBe('gs://backups/shop/a')
    expect(storage.location('')).toBe('gs://backups/shop/')
  })
})

describe('what is asked for', () => {
  const asked = {
    kmsKeyName: key,
    storageClass: 'NEARLINE',
    retention: { mode: 'unlocked', days: 2 },
    temporaryHold: true,
    metadata: { environment: 'production' },
  }

  it('is given with the object, and read back', async () => {
    const { double, put, storage } = await openDesk(asked)
    const info = await put('shop/shop_full_20261122_030000.dump.zst', 'x', { ifAbsent: true })
    expect(info).toMatchObject({ bytes: 1, createOnly: 'atomic' })
    expect(info.warnings).toBeUndefined()
    const { attributes } = double.objects.get('shop/shop_full_20261122_030000.dump.zst') ?? {}
    expect(attributes).toMatchObject({
      contentType: 'application/octet-stream',
      kmsKeyName: key,
      storageClass: 'NEARLINE',
      temporaryHold: true,
      retention: { mode: 'Unlocked' },
      metadata: { 'backup-date': '2026-11-22T03:00:00Z', job: 'shop', environment: 'production' },
    })
    const days = (Date.parse(attributes?.retention?.retainUntilTime ?? '') - Date.now()) / 86_400_000
    expect(days).toBeCloseTo(2, 3)
    expect((await storage.check(never)).warnings).toEqual([expect.stringContaining('temporary hold')])
  })

  it.each(['kmsKeyName', 'storageClass', 'retention', 'temporaryHold', 'metadata'] as const)(
    'and ignored by the service is an error, and nothing is left: %s',
    async (option) => {
      const { put, keys, storageWith } = await openDesk(
        { ...asked, retention: undefined, temporaryHold: false, [option]: asked[option] },
        { ignores: [option] },
      )
      const error = await failing(put('a', 'x'), 'STORAGE_IGNORED')
      expect(error.message).toContain(`ignored ${option}`)
      expect(await keys()).toEqual([])
      const bearing = await storageWith({ ignored: 'warn' }).put('a', bodyOf('x'), { signal: never })
      expect(bearing.warnings).toEqual([`gs://backups/ took an object and ignored ${option}.`])
      expect(await keys()).toEqual(['a'])
    },
  )

  it('is told with the fix where the service refuses it', async () => {
    const { double, put } = await openDesk(asked)
    const refused = [
      [
        'Permission denied on Cloud KMS key. Please ensure that your service account may use it.',
        403,
        'STORAGE_PERMISSION',
        'roles/cloudkms.cryptoKeyEncrypterDecrypter',
      ],
      [
        'Object retention is not enabled for this bucket.',
        400,
        'STORAGE_FAILED',
        '--enable-per-object-retention',
      ],
      [
        'Bucket is a requester pays bucket but no user project provided.',
        400,
        'STORAGE_PERMISSION',
        'owner pays',
      ],
    ] as const
    for (const [message, status, code, hint] of refused) {
      double.addFault({ on: 'start', effect: { status, reason: 'forbidden', message } })
      const error = await failing(put('a', 'x'), code)
      expect(error.message).toContain(message)
      expect(error.hint).toContain(hint)
    }
  })
})

describe('checksums', () => {
  it('are those of the service, in hex', async () => {
    const { put, storage } = await openDesk()
    const checksum = { algorithm: 'crc32c', value: 'e3069283' }
    expect(await put('a', '123456789')).toMatchObject({ checksum })
    expect(await storage.stat('a', never)).toMatchObject({ checksum })
    for await (const info of storage.list('', never)) expect(info).toMatchObject({ checksum })
    expect(await put('empty', '')).toMatchObject({ checksum: { algorithm: 'crc32c', value: '00000000' } })
  })

  it('go with the last part, so that the service makes no object of other bytes', async () => {
    const { double, put } = await openDesk()
    await put('a', large())
    expect(double.requests.map(({ kind }) => kind)).toEqual(['start', 'chunk', 'chunk', 'commit'])
  })
})

describe('objects that are kept', () => {
  it.each([
    [{ temporaryHold: true }, 'under active Temporary hold'],
    [{ retention: { mode: 'locked', days: 1 } }, 'subject to object retention'],
  ])('are neither removed nor replaced: %j', async (options, message) => {
    const { double, put, storage, keys, get } = await openDesk(options)
    await put('a', 'before')
    const error = await failing(storage.remove('a', never), 'STORAGE_LOCKED')
    expect(error.message).toContain(message)
    expect(error.retryable).toBe(false)
    await failing(put('a', large()), 'STORAGE_LOCKED')
    expect(double.openUploads()).toEqual([])
    await failing(put('a', 'x', { ifAbsent: true }), 'STORAGE_EXISTS')
    expect(await keys()).toEqual(['a'])
    expect((await get('a')).toString()).toBe('before')
  })
})

describe('a large bucket', () => {
  it('is listed page by page, with what is not ours left out', async () => {
    const { double, put, keys, storageWith } = await openDesk({ prefix: 'some/where' }, { pageObjects: 250 })
    const root = storageWith({ prefix: '' })
    const names = Array.from({ length: 2500 }, (_, index) => `job-${index % 5}/${index}`)
    const left = names.values()
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        for (const name of left) await put(name, 'x')
      }),
    )
    await root.put('some/wherever/a', bodyOf('x'), { signal: never })
    await root.put('some/a', bodyOf('x'), { signal: never })
    // What the console makes of a folder, and what no key can mean.
    double.putForeign('some/where/', Buffer.alloc(0))
    double.putForeign('some/where/job-1//x', Buffer.from('x'))
    const before = double.requests.length
    expect((await keys()).sort()).toEqual(names.sort())
    expect(double.requests.length - before).toBe(11)
    expect(await keys('job-3/')).toHaveLength(500)
  })

  it('is listed whole where a page fails, and never as if it were shorter', async () => {
    const { double, put, keys } = await openDesk({ maxAttempts: 2 }, { pageObjects: 5 })
    await Promise.all(Array.from({ length: 20 }, (_, index) => put(`${index}`, 'x')))
    for (const effect of [{ status: 503 }, 'reset'] as const) {
      double.addFault({ on: 'list', effect })
      expect(await keys()).toHaveLength(20)
    }
    for (const effect of [{ status: 200, body: { items: [{ name: 'x' }] } }, { status: 503 }] as const) {
      double.addFault({ on: 'list', effect, times: 2 })
      await expect(keys()).rejects.toThrow(/gs:\/\/backups\//)
      double.clearFaults()
    }
  })

  it('goes on removing where one removal fails halfway', async () => {
    const { double, put, storage, keys } = await openDesk()
    await Promise.all(['a', 'b', 'c'].map((name) => put(name, 'x')))
    double.addFault({ on: 'remove', effect: 'lostAnswer' })
    double.addFault({ on: 'remove', effect: { status: 503 } })
    for (const name of ['a', 'b']) await storage.remove(name, never)
    expect(await keys()).toEqual(['c'])
  })
})

describe('reading', () => {
  it('goes on where the connection breaks, in the same generation', async () => {
    const { double, put, storage, get } = await openDesk()
    const content = large()
    await put('a', content)
    for (const effect of ['reset', 'cut', { status: 503 }, 'cut'] as const)
      double.addFault({ on: 'read', effect })
    expect((await get('a')).equals(content)).toBe(true)
    double.addFault({ on: 'read', effect: 'cut' })
    const part = await storage.get('a', { signal: never, range: { start: 1000, end: 500_000 } })
    expect((await buffer(part)).equals(content.subarray(1000, 500_001))).toBe(true)
    // Another object took its place meanwhile.
    double.addFault({ on: 'read', effect: 'cut' })
    const stream = await storage.get('a', { signal: never })
    await put('a', 'new')
    await failing(buffer(stream), 'STORAGE_NOT_FOUND')
  })

  it.each([
    ['cut for ever', 'cut', 'STORAGE_UNAVAILABLE'],
    ['a wrong byte on the way', 'flip', 'STORAGE_CHECKSUM'],
    ['a wrong checksum', 'wrongChecksum', 'STORAGE_CHECKSUM'],
  ] as const)('never ends well with other bytes: %s', async (_name, effect, code) => {
    const { double, put, get } = await openDesk({ maxAttempts: 2 })
    await put('a', large())
    double.addFault({ on: 'read', effect, times: Infinity })
    const error = await failing(get('a'), code)
    expect(error.message).toContain('gs://backups/a')
  })

  it('notices what was changed or cut in the bucket', async () => {
    const { double, put, get, storage } = await openDesk({ maxAttempts: 1 })
    const content = large()
    await put('flipped', content)
    await put('short', content)
    double.damage('flipped', (bytes) => {
      bytes[70_000] = ~(bytes[70_000] ?? 0) & 0xff
      return bytes
    })
    double.damage('short', (bytes) => bytes.subarray(0, -1))
    await failing(get('flipped'), 'STORAGE_CHECKSUM')
    await failing(get('short'), 'STORAGE_CHECKSUM')
    expect((await storage.stat('short', never))?.bytes).toBe(content.length - 1)
  })

  it('is an error in time where nothing more comes, and waits for a slow reader', async () => {
    const { double, put, storage } = await openDesk({ requestTimeoutMs: 300, maxAttempts: 1 })
    const content = Buffer.concat(Array.from({ length: 12 }, large))
    await put('a', content)
    const stream = await storage.get('a', { signal: never })
    const chunks: Buffer[] = []
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (chunks.length === 0) await new Promise((resolve) => setTimeout(resolve, 900))
      chunks.push(chunk)
    }
    expect(Buffer.concat(chunks).equals(content)).toBe(true)
    double.addFault({ on: 'read', effect: 'stall' })
    await failing(buffer(await storage.get('a', { signal: never })), 'STORAGE_TIMEOUT')
  })
})

describe('permissions', () => {
  const writer = ['storage.objects.create', 'storage.objects.get', 'storage.objects.list']

  it('of a writer are enough for everything but removing and replacing', async () => {
    const { put, storage, get, keys } = await openDesk({}, { permissions: writer })
    expect(await storage.check(never)).toEqual({ warnings: [] })
    await put('a', large(), { ifAbsent: true })
    expect((await get('a')).length).toBe((await storage.stat('a', never))?.bytes)
    const error = await failing(storage.remove('a', never), 'STORAGE_PERMISSION')
    expect(error.hint).toContain('Grant storage.objects.delete on gs://backups: roles/storage.objectUser')
    await failing(put('a', 'x'), 'STORAGE_PERMISSION')
    expect(await keys()).toEqual(['a'])
  })

  it('that are missing are found before anything is written', async () => {
    for (const missing of writer) {
      const { storage } = await openDesk({}, { permissions: writer.filter((one) => one !== missing) })
      const error = await failing(storage.check(never), 'STORAGE_PERMISSION')
      expect(`${error.message} ${error.hint}`).toContain(missing)
    }
  })

  it('that a condition may grant below the prefix are a warning', async () => {
    const { storage } = await openDesk({ prefix: 'shop' }, { permissions: writer.slice(1) })
    const { warnings } = await storage.check(never)
    expect(warnings).toEqual([expect.stringContaining('storage.objects.create is not granted')])
  })

  it('can not be asked for everywhere', async () => {
    const { double, storage } = await openDesk()
    double.addFault({ on: 'permissions', effect: { status: 404, reason: 'notFound' } })
    expect(await storage.check(never)).toEqual({ warnings: [] })
  })
})

it('loads no library of Google before there is a token to ask for', async () => {
  const plugin = new URL('index.ts', import.meta.url).href
  const script = `
    import { registerHooks } from 'node:module'
    registerHooks({ resolve: (name, context, next) => {
      if (/google/.test(name)) console.log(name)
      return next(name, context)
    } })
    const { default: gcs } = await import(${JSON.stringify(plugin)})
    const options = gcs.parseOptions({ bucket: 'backups', keyFile: 'missing.json', maxAttempts: 1 })
    const storage = gcs.create(options, { name: 'gcs', job: 'shop', baseDirectory: '/' })
    storage.location('a')
    console.log('created')
    await storage.check(AbortSignal.timeout(1000)).catch(({ code }) => console.log(code))`
  const args = ['--conditions=@holdfast/source', '--input-type=module', '-e', script]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout.trim().split('\n')).toEqual(['created', 'STORAGE_CREDENTIALS'])
})

it('refuses what can not fit before anything is sent', async () => {
  const { double, storage } = await openDesk()
  const call = storage.put('a', Readable.from(['x']), { signal: never, bytes: 5 * 2 ** 40 + 1 })
  await failing(call, 'STORAGE_TOO_LARGE')
  expect(double.requests).toEqual([])
})
