import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { startS3Double } from '@holdfast/lab'
import { afterEach, describe, expect, it, test } from 'vitest'
import { bench, callsOf, closeAll, failureOf, optionsFor } from './double.test.support.ts'
import { s3Storage } from './storage.ts'

afterEach(closeAll)
const signal = new AbortController().signal

describe.each([
  [403, 'AccessDenied', 'STORAGE_PERMISSION', 's3:'],
  [403, undefined, 'STORAGE_PERMISSION', 's3:'],
  [404, 'NoSuchBucket', 'STORAGE_BUCKET_MISSING', 'backups'],
  [301, 'PermanentRedirect', 'STORAGE_REGION', 'Set region: eu-west-1'],
  [400, 'IllegalLocationConstraintException', 'STORAGE_REGION', 'Set region: eu-west-1'],
  [403, 'RequestTimeTooSkewed', 'STORAGE_CLOCK_SKEW', 'timedatectl'],
  [503, 'SlowDown', 'STORAGE_THROTTLED', 'partsInFlight'],
  [429, 'TooManyRequests', 'STORAGE_THROTTLED', 'partsInFlight'],
  [503, undefined, 'STORAGE_THROTTLED', 'partsInFlight'],
  [500, 'InternalError', 'STORAGE_UNAVAILABLE', ''],
  [400, 'RequestTimeout', 'STORAGE_TIMEOUT', 'requestTimeoutMs'],
  [400, 'ExpiredToken', 'STORAGE_CREDENTIALS', 'credentials in the options'],
  [403, 'InvalidAccessKeyId', 'STORAGE_CREDENTIALS', 'credentials in the options'],
  [400, 'KMS.NotFoundException', 'STORAGE_PERMISSION', 'kms:'],
  [501, 'NotImplemented', 'STORAGE_FAILED', 'checksum: whenRequired'],
  [418, undefined, 'STORAGE_FAILED', ''],
] as const)('HTTP %i %s', (status, code, expected, hint) => {
  it(`is ${expected} of every call, with a hint, and no listing, copy or object comes of it`, async () => {
    const { store, storage, put, read, keys } = await bench({ maxAttempts: 1 })
    await put('a', 'x')
    const headers = expected === 'STORAGE_REGION' ? { 'x-amz-bucket-region': 'eu-west-1' } : {}
    store.fail({
      times: Number.POSITIVE_INFINITY,
      kind: { answer: { status, headers, ...(code !== undefined && { code }) } },
    })
    const calls = [
      storage.check(signal),
      put('b', 'x'),
      read('a'),
      storage.stat('a', signal),
      keys(),
      storage.remove('a', signal),
    ]
    for (const error of await Promise.all(calls.map(failureOf))) {
      expect(error.code).toBe(expected)
      expect(error.hint ?? '').toContain(hint)
      expect(error.retryable).toBe(/THROTTLED|UNAVAILABLE|TIMEOUT/.test(expected))
    }
    expect([...store.objects.keys()]).toEqual(['a'])
  })
})

describe('credentials', () => {
  it('with a wrong secret are refused without a trace of the secret or the token', async () => {
    const own = { accessKeyId: 'AKIAOWN', secretAccessKey: 'the right one', sessionToken: 'canary-token' }
    const store = await startS3Double({ credentials: own })
    const options = optionsFor(store, {
      credentials: { accessKeyId: 'AKIAOWN', secretAccessKey: 'canary-secret', sessionToken: 'canary-token' },
    })
    const storage = s3Storage(options, { job: 'shop', environment: {} })
    const errors = await Promise.all([
      failureOf(storage.check(signal)),
      failureOf(storage.stat('a', signal)),
      failureOf(callsOf(storage, store).put('a', 'x')),
    ])
    await store.close()
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'STORAGE_CREDENTIALS', retryable: false })
      expect(inspect(error, { depth: 9 })).not.toContain('canary')
    }
  })

  it('of another region, and a clock that is far off, are told apart', async () => {
    const { store } = await bench({}, { region: 'eu-central-1' })
    const storage = s3Storage(optionsFor(store), { job: 'shop', environment: {} })
    const error = await failureOf(storage.check(signal))
    expect(error).toMatchObject({ code: 'STORAGE_REGION', retryable: false })
    expect(error.hint).toContain('Set region: eu-central-1')
  })

  it('signed by a clock that is an hour off are signed again by the clock of the store', async () => {
    const { put, read } = await bench({}, { clockAheadMs: 3_600_000 })
    await put('a', 'x')
    expect((await read('a')).toString()).toBe('x')
  })
})

describe('the network', () => {
  it.each([
    ['http://127.0.0.1:1', 'STORAGE_UNAVAILABLE', 'nobody listens there'],
    ['http://no-such-host.invalid', 'STORAGE_UNAVAILABLE', 'host'],
  ])('%s', async (endpoint, code, said) => {
    const { store } = await bench()
    const storage = s3Storage(optionsFor(store, { endpoint, maxAttempts: 1 }), {
      job: 'shop',
      environment: {},
    })
    const error = await failureOf(storage.check(signal))
    expect(error.code).toBe(code)
    expect(`${error.message} ${error.hint}`).toContain(said)
  })

  it('that resets every connection', async () => {
    const { store, storage } = await bench({ maxAttempts: 2 })
    store.fail({ times: 9, kind: 'reset' })
    expect(await failureOf(storage.check(signal))).toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      retryable: true,
      message: 'could not list s3://backups/: the connection broke (ECONNRESET)',
    })
  })
})

describe('TLS', () => {
  it('with a certificate of nobody known is refused', async () => {
    const { storage } = await bench({ maxAttempts: 1 }, { tls: selfSigned() })
    const error = await failureOf(storage.check(signal))
    expect(error).toMatchObject({ code: 'STORAGE_TLS', retryable: false })
    expect(error.hint).toContain('NODE_EXTRA_CA_CERTS')
  })

  it('to a port that speaks none says so', async () => {
    const { store } = await bench()
    const endpoint = store.endpoint.replace('http:', 'https:')
    const storage = s3Storage(optionsFor(store, { endpoint, maxAttempts: 1 }), {
      job: 'shop',
      environment: {},
    })
    const error = await failureOf(storage.check(signal))
    expect(error.code).toBe('STORAGE_TLS')
    expect(error.hint).toContain('write http://')
  })

  it('is never left by a redirect', async () => {
    const plain = await bench()
    const { store, storage, put } = await bench({ maxAttempts: 1 }, { tls: selfSigned() })
    const answer = { status: 307, headers: { location: `${plain.store.endpoint}/backups` } }
    store.fail({ times: Number.POSITIVE_INFINITY, kind: { answer } })
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      const calls = [storage.check(signal), put('a', 'x'), storage.stat('a', signal)]
      for (const error of await Promise.all(calls.map(failureOf))) {
        expect(error).toMatchObject({ code: 'STORAGE_TLS', retryable: false })
        expect(error.message).toContain('redirects from https to plain http, which is refused')
      }
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    }
    expect(plain.store.requests).toEqual([])
  })
})

test('what is asked with 403 names the actions that this very write needs, on its own prefix', async () => {
  const { store, put } = await bench({
    prefix: 'shop/prod',
    tags: { a: 'b' },
    objectLock: { mode: 'GOVERNANCE', days: 1 },
  })
  store.fail({
    on: ({ operation }) => operation === 'PutObject',
    kind: { answer: { status: 403, code: 'AccessDenied' } },
  })
  const { hint = '' } = await failureOf(put('a', 'x'))
  const statement: unknown = JSON.parse(/\{.*\}/.exec(hint)?.[0] ?? '')
  expect(statement).toEqual({
    Effect: 'Allow',
    Action: ['s3:PutObject', 's3:PutObjectTagging', 's3:PutObjectRetention'],
    Resource: 'arn:aws:s3:::backups/shop/prod/*',
  })
})

test('an address that leaves this machine in plain text is warned about', async () => {
  const { store } = await bench()
  const { hostname, port } = new URL(store.endpoint)
  expect(hostname).toBe('127.0.0.1')
  const endpoint = `http://0.0.0.0:${port}`
  const open = s3Storage(optionsFor(store, { endpoint }), { job: 'shop', environment: {} })
  expect((await open.check(signal)).warnings).toEqual([expect.stringContaining('is not encrypted')])
  expect(
    (await s3Storage(optionsFor(store), { job: 'shop', environment: {} }).check(signal)).warnings,
  ).toBeUndefined()
})

function selfSigned(): { key: string; cert: string } {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-s3-tls-'))
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const form = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  execFileSync('openssl', ['req', ...form, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
  const read = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  rmSync(directory, { recursive: true })
  return read
}
