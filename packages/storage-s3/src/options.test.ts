import { inspect } from 'node:util'
import { describe, expect, it, test } from 'vitest'
import plugin from './index.ts'
import { parseOptions } from './options.ts'
import { isOpenToAll, serviceOf } from './service.ts'

test('a bucket is all that is needed', () => {
  expect(parseOptions({ bucket: 'backups' })).toEqual({
    bucket: 'backups',
    prefix: '',
    metadata: {},
    tags: {},
    createOnly: 'auto',
    ignored: 'error',
    partBytes: 8_388_608,
    partsInFlight: 4,
    requestTimeoutMs: 30_000,
    maxAttempts: 5,
  })
})

test('secrets are never shown', () => {
  const credentials = { accessKeyId: 'canary-1', secretAccessKey: 'canary-2', sessionToken: 'canary-3' }
  const options = parseOptions({ bucket: 'backups', credentials })
  expect(options.credentials?.secretAccessKey.reveal()).toBe('canary-2')
  expect(inspect(options, { depth: 9 }) + JSON.stringify(options)).not.toContain('canary')
})

test.each([
  ['AES256', { algorithm: 'AES256' }],
  ['aws:kms', { algorithm: 'aws:kms' }],
  [
    { algorithm: 'aws:kms', kmsKeyId: 'alias/x' },
    { algorithm: 'aws:kms', kmsKeyId: 'alias/x' },
  ],
])('serverSideEncryption: %j', (written, expected) => {
  expect(parseOptions({ bucket: 'backups', serverSideEncryption: written }).serverSideEncryption).toEqual(
    expected,
  )
})

test.each([
  [{}, 'bucket'],
  [{ bucket: 's3://backups' }, 'bucket'],
  [{ bucket: 'b/c' }, 'bucket'],
  [{ bucket: 'backups', prefix: '/a' }, 'prefix'],
  [{ bucket: 'backups', prefix: '../a' }, 'prefix'],
  [{ bucket: 'backups', prefix: 'a//b' }, 'prefix'],
  [{ bucket: 'backups', prefix: '//' }, 'prefix'],
  [{ bucket: 'backups', endpoint: 's3.example.com' }, 'endpoint'],
  [{ bucket: 'backups', endpoint: 'https://key:secret@s3.example.com' }, 'endpoint'],
  [{ bucket: 'backups', region: 'eu central' }, 'region'],
  [{ bucket: 'backups', storageClass: 'DEEP_ARCHIVE' }, 'storageClass'],
  [{ bucket: 'backups', storageClass: 'GLACIER' }, 'storageClass'],
  [{ bucket: 'backups', metadata: { job: 'x' } }, 'metadata'],
  [{ bucket: 'backups', metadata: { a: 'ü' } }, 'metadata.a'],
  [{ bucket: 'backups', tags: { a: '\n' } }, 'tags.a'],
  [{ bucket: 'backups', objectLock: { mode: 'GOVERNANCE', days: 0 } }, 'objectLock.days'],
  [{ bucket: 'backups', partBytes: 5_242_879 }, 'partBytes'],
  [{ bucket: 'backups', credentials: { accessKeyId: 'a' } }, 'credentials.secretAccessKey'],
  [{ bucket: 'backups', profile: 'a', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }, 'profile'],
  [{ bucket: 'backups', serverSideEncryption: 'AES128' }, 'serverSideEncryption'],
  [{ bucket: 'backups', forcePathstyle: true }, 'forcePathstyle'],
])('refuses %j', (options, at) => {
  expect(() => parseOptions(options)).toThrow(at)
})

test('a prefix ends without its slash, and a location shows where an object is', () => {
  const options = parseOptions({ bucket: 'backups', prefix: 'shop/prod/' })
  expect(options.prefix).toBe('shop/prod')
  const storage = plugin.create(options, { name: 's3', job: 'shop', baseDirectory: '/' })
  expect(storage.location('a/b')).toBe('s3://backups/shop/prod/a/b')
  expect(storage.location('')).toBe('s3://backups/shop/prod/')
})

describe('where the store is', () => {
  const aws = { endpoint: undefined, isAws: true, forcePathStyle: false, checksum: 'crc32' }
  const other = { isAws: false, forcePathStyle: true, checksum: 'whenRequired' }
  it.each([
    [{}, {}, { ...aws, region: undefined }],
    [{}, { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-1' }, { ...aws, region: 'eu-west-1' }],
    [{ region: 'eu-west-3' }, { AWS_REGION: 'eu-west-1' }, { ...aws, region: 'eu-west-3' }],
    [
      {},
      { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_S3: 'http://b' },
      { ...other, endpoint: 'http://b' },
    ],
    [{}, { AWS_ENDPOINT_URL: 'http://a' }, { ...other, endpoint: 'http://a' }],
    [{}, { AWS_ENDPOINT_URL: 'http://a', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, aws],
    [{ endpoint: 'http://c' }, { AWS_ENDPOINT_URL: 'http://a' }, { ...other, endpoint: 'http://c' }],
    [
      { endpoint: 'https://s3.eu-west-1.amazonaws.com' },
      {},
      { ...aws, endpoint: 'https://s3.eu-west-1.amazonaws.com' },
    ],
    [{ endpoint: 'https://amazonaws.com.example.org' }, {}, other],
    [
      { endpoint: 'http://c', forcePathStyle: false, checksum: 'sha256' as const },
      {},
      { isAws: false, forcePathStyle: false, checksum: 'sha256' },
    ],
  ])('with %j and %j', (options, environment, expected) => {
    expect(serviceOf({ ...parseOptions({ bucket: 'backups', ...options }) }, environment)).toMatchObject(
      expected,
    )
  })
})

test.each([
  ['http://s3.example.com', true],
  ['http://10.0.0.1:9000', true],
  ['https://s3.example.com', false],
  ['http://localhost:9000', false],
  ['http://127.0.0.1:9000', false],
  ['http://[::1]:9000', false],
  [undefined, false],
])('%s is open to all: %s', (endpoint, expected) => {
  expect(isOpenToAll(endpoint)).toBe(expected)
})
