import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { startS3Double, type S3Credentials, type S3Double } from '@holdfast/lab'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bench, callsOf, closeAll, failureOf, partBytes, patterned } from './double.test.support.ts'
import { parseOptions } from './options.ts'
import { s3Storage } from './storage.ts'

const signal = new AbortController().signal
const first: S3Credentials = { accessKeyId: 'AKIAFIRST', secretAccessKey: 'one', sessionToken: 'token one' }
const second: S3Credentials = { accessKeyId: 'AKIASECOND', secretAccessKey: 'two', sessionToken: 'token two' }

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-s3-credentials-'))
  // Nothing of whoever runs the tests.
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_CONFIG_FILE', join(directory, 'config'))
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(directory, 'credentials'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await closeAll()
  await rm(directory, { recursive: true })
})

async function started(credentials: S3Credentials = first): Promise<S3Double> {
  return (await bench({}, { store: await startS3Double({ leastPartBytes: partBytes, credentials }) })).store
}

/** A body that goes on once its first part was sent and something has happened since. */
function inTheMiddle(store: S3Double, content: Buffer, happens: () => unknown): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    yield content.subarray(0, partBytes + 1)
    while (!store.requests.some(({ operation }) => operation === 'UploadPart')) await sleep(5)
    await happens()
    yield content.subarray(partBytes + 1)
  }
  return Readable.from(chunks(), { objectMode: false })
}

test('nothing but the variables of the SDK is needed', async () => {
  const store = await started()
  for (const [name, value] of Object.entries(store.environment)) vi.stubEnv(name, value)
  const storage = s3Storage(parseOptions({ bucket: store.bucket }), { job: 'shop' })
  const { put, read } = callsOf(storage, store)
  await put('a', 'x')
  expect((await read('a')).toString()).toBe('x')
  await store.close()
})

test('a store of its own needs no region, and AWS does', async () => {
  const store = await started()
  const { AWS_REGION: _, ...environment } = store.environment
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  await s3Storage(parseOptions({ bucket: store.bucket }), { job: 'shop' }).check(signal)
  vi.stubEnv('AWS_ENDPOINT_URL_S3', undefined)
  const error = await failureOf(s3Storage(parseOptions({ bucket: 'backups' }), { job: 'shop' }).check(signal))
  expect(error).toMatchObject({ code: 'STORAGE_REGION', retryable: false })
  expect(error.hint).toContain('AWS_REGION')
  await store.close()
})

test('no credentials at all is an error that says where they were looked for', async () => {
  const store = await started()
  const storage = s3Storage(parseOptions({ bucket: store.bucket, endpoint: store.endpoint }), { job: 'shop' })
  const error = await failureOf(storage.check(signal))
  expect(error).toMatchObject({ code: 'STORAGE_CREDENTIALS', retryable: false })
  expect(error.hint).toContain('~/.aws')
  await store.close()
})

test('a profile is read from the files of the SDK', async () => {
  const store = await started({ accessKeyId: 'AKIAPROFILE', secretAccessKey: 'of the profile' })
  const lines = ['[backups]', 'aws_access_key_id = AKIAPROFILE', 'aws_secret_access_key = of the profile']
  await writeFile(join(directory, 'credentials'), lines.join('\n'))
  const options = parseOptions({ bucket: store.bucket, endpoint: store.endpoint, profile: 'backups' })
  await s3Storage(options, { job: 'shop' }).check(signal)
  expect(store.requests.map(({ operation }) => operation)).toEqual(['ListObjectsV2'])
  await store.close()
})

test('a web identity is exchanged for credentials, as in Kubernetes and in CI', async () => {
  const store = await started({ ...first })
  const tokens = createServer((request, response) => {
    void text(request).then((body) => {
      const asked = new URLSearchParams(body)
      const isRight =
        asked.get('WebIdentityToken') === 'who I am' && asked.get('Action') === 'AssumeRoleWithWebIdentity'
      response.writeHead(isRight ? 200 : 403, { 'content-type': 'text/xml' })
      response.end(`<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <AssumeRoleWithWebIdentityResult><Credentials>
          <AccessKeyId>${first.accessKeyId}</AccessKeyId>
          <SecretAccessKey>${first.secretAccessKey}</SecretAccessKey>
          <SessionToken>${first.sessionToken}</SessionToken>
          <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration>
        </Credentials></AssumeRoleWithWebIdentityResult>
      </AssumeRoleWithWebIdentityResponse>`)
    })
  })
  tokens.listen(0, '127.0.0.1')
  await once(tokens, 'listening')
  await writeFile(join(directory, 'token'), 'who I am')
  vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(directory, 'token'))
  vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::111122223333:role/backups')
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://127.0.0.1:${(tokens.address() as AddressInfo).port}`)
  const options = parseOptions({ bucket: store.bucket, endpoint: store.endpoint })
  try {
    expect(await s3Storage(options, { job: 'shop' }).check(signal)).toEqual({})
  } finally {
    tokens.closeAllConnections()
    tokens.close()
    await store.close()
  }
})

test('credentials of the options that expire in the middle of an upload end it; the next run sweeps what is left', async () => {
  const store = await started({ ...first })
  const { storage } = await bench({}, { store })
  const body = inTheMiddle(store, patterned(4 * partBytes), () => {
    for (const one of store.credentials) one.isExpired = true
  })
  const error = await failureOf(storage.put('a', body, { signal }))
  expect(error).toMatchObject({ code: 'STORAGE_CREDENTIALS', retryable: false })
  expect(store.objects.size).toBe(0)
  // Expired credentials can not even end the upload.
  expect(store.uploads.size).toBe(1)
  for (const one of store.credentials) one.isExpired = false
  expect(await storage.removeUnfinished?.('', new Date(Date.now() + 1000), signal)).toBe(1)
  expect(store.uploads.size).toBe(0)
  await store.close()
})

test('credentials that can be had anew are, in the middle of an upload', async () => {
  const store = await started({ ...first })
  store.credentials.push({ ...second })
  const file = join(directory, 'process.json')
  const give = ({ accessKeyId, secretAccessKey, sessionToken }: S3Credentials): Promise<void> =>
    writeFile(
      file,
      JSON.stringify({
        Version: 1,
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: sessionToken,
      }),
    )
  await give(first)
  await writeFile(join(directory, 'config'), `[profile renewing]\ncredential_process = cat ${file}\n`)
  const options = parseOptions({ bucket: store.bucket, endpoint: store.endpoint, profile: 'renewing' })
  const storage = s3Storage({ ...options, partBytes }, { job: 'shop' })
  const content = patterned(4 * partBytes)
  const body = inTheMiddle(store, content, async () => {
    await give(second)
    for (const one of store.credentials) one.isExpired = one.accessKeyId === first.accessKeyId
  })
  await storage.put('a', body, { signal })
  expect((await callsOf(storage, store).read('a')).equals(content)).toBe(true)
  await store.close()
})
