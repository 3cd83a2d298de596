import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { type GcsDouble, startGcsDouble } from '@holdfast/lab'
import { describe, expect, it, onTestFinished } from 'vitest'
import gcs from './index.ts'
import { bodyOf, type Desk, failing, large, never, openDesk, partBytes } from './desk.test.data.ts'
import { placeOf } from './place.ts'

// With real credentials of Google's library: a workload identity, whose token service is the double. Keys of service
// accounts are traded in at an address of Google's that can not be changed, and so are tried only as far as they are read.

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-gcs-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

async function certificate(): Promise<{ key: Buffer; cert: Buffer }> {
  const cwd = await directory()
  const subject = ['-nodes', '-subj', '/CN=127.0.0.1', '-days', '2']
  const files = ['-keyout', 'key.pem', '-out', 'cert.pem']
  await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...subject, ...files], { cwd })
  return { key: await readFile(join(cwd, 'key.pem')), cert: await readFile(join(cwd, 'cert.pem')) }
}

async function workload(double: GcsDouble): Promise<string> {
  const file = join(await directory(), 'subject')
  await writeFile(file, 'canary-of-a-subject-token')
  return JSON.stringify({
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: double.tokenUrl,
    credential_source: { file },
  })
}

async function openSigned(options: object = {}): Promise<Desk> {
  const desk = await openDesk({ maxAttempts: 2, ...options }, { authenticated: true })
  const credentials = await workload(desk.double)
  const storage = desk.storageWith({ credentials })
  return {
    ...desk,
    storage,
    put: (key, content, putOptions) => storage.put(key, bodyOf(content), { signal: never, ...putOptions }),
  }
}

const tokens = ({ requests }: GcsDouble): number => requests.filter(({ kind }) => kind === 'token').length

describe('credentials', () => {
  it('are traded in for a token once, which every request but those of an upload carries', async () => {
    const { double, storage, put } = await openSigned()
    const content = large()
    await put('a', content)
    expect((await storage.stat('a', never))?.bytes).toBe(content.length)
    expect(tokens(double)).toBe(1)
    const carrying = Map.groupBy(double.requests, ({ authorization }) => authorization !== undefined)
    expect(carrying.get(true)?.map(({ kind }) => kind)).toEqual(['start', 'stat'])
    expect(carrying.get(false)?.map(({ kind }) => kind)).toEqual(['token', 'chunk', 'chunk', 'commit'])
  })

  it('that expire in the middle of an upload do not stop it, and are renewed for what follows', async () => {
    const { double, storage, put } = await openSigned()
    double.addFault({ on: 'chunk', effect: 'cut' })
    const content = large()
    const putting = put('a', content)
    await expect.poll(() => double.requests.some(({ kind }) => kind === 'chunk')).toBe(true)
    double.expireTokens()
    await putting
    expect((await double.contentOf('a')).equals(content)).toBe(true)
    expect((await storage.stat('a', never))?.bytes).toBe(content.length)
    expect(tokens(double)).toBe(2)
  })

  it('that the service does not take are an error that says where they come from', async () => {
    const { double, storage } = await openSigned()
    double.addFault({
      on: 'stat',
      effect: { status: 401, reason: 'authError', message: 'Invalid Credentials' },
      times: Infinity,
    })
    const error = await failing(storage.stat('a', never), 'STORAGE_CREDENTIALS')
    expect(error).toMatchObject({
      retryable: false,
      hint: expect.stringContaining('credentials in the options'),
    })
    // Once more with a new token, and then no more.
    expect(double.requests.filter(({ kind }) => kind === 'stat')).toHaveLength(2)
  })

  it.each<[object, string, string]>([
    [{ error: 'invalid_grant', error_description: 'canary' }, 'STORAGE_CREDENTIALS', 'invalid_grant'],
    [
      {
        error: 'invalid_grant',
        error_description: 'Token must be in a reasonable timeframe. Check your iat and exp values',
      },
      'STORAGE_CLOCK_SKEW',
      'clock',
    ],
  ])('that the token service does not take are an error: %j', async (body, code, message) => {
    const { double, put } = await openSigned()
    double.addFault({ on: 'token', effect: { status: 400, body }, times: Infinity })
    const error = await failing(put('a', 'x'), code)
    expect(error.message).toContain(message)
    expect(inspect(error, { depth: 8 })).not.toMatch(/canary/)
  })

  it('are asked for again where the token service is down, and in time where it says nothing', async () => {
    const { double, storage, storageWith } = await openSigned({ requestTimeoutMs: 300 })
    double.addFault({ on: 'token', effect: { status: 503 } })
    expect(await storage.stat('a', never)).toBeUndefined()
    const other = storageWith({ credentials: await workload(double), maxAttempts: 1 })
    double.addFault({ on: 'token', effect: 'blackHole', times: Infinity })
    await failing(other.stat('a', never), 'STORAGE_TIMEOUT')
  })

  it('are never sent where nobody asked for it', async () => {
    const { double, put } = await openDesk()
    await put('a', 'x')
    expect(double.requests.every(({ authorization }) => authorization === undefined)).toBe(true)
  })

  it('that are missing are an error, and none is made up', async () => {
    const { storage } = await openDesk({ maxAttempts: 1 }, { authenticated: true })
    const error = await failing(storage.stat('a', never), 'STORAGE_CREDENTIALS')
    expect(error.message).toContain('Invalid Credentials (HTTP 401, authError)')
  })
})

describe('a key file', () => {
  it('is read beside the configuration, each time a token is needed', async () => {
    const double = await startGcsDouble({ authenticated: true })
    onTestFinished(() => double.close())
    const baseDirectory = await directory()
    await writeFile(join(baseDirectory, 'key.json'), await workload(double))
    const options = { bucket: double.bucket, apiEndpoint: double.endpoint, keyFile: 'key.json', partBytes }
    const storage = gcs.create(gcs.parseOptions(options), { name: 'gcs', job: 'shop', baseDirectory })
    expect(await storage.stat('a', never)).toBeUndefined()
  })

  it.each([
    ['not there', undefined, /key file .*key.json can not be read \(ENOENT\)/],
    ['no JSON', 'canary', /its contents must be the JSON/],
    ['of no kind', '{"private_key":"canary"}', /its contents lack a type/],
  ])('is an error where it is %s', async (_name, text, message) => {
    const baseDirectory = await directory()
    if (text !== undefined) await writeFile(join(baseDirectory, 'key.json'), text)
    const options = gcs.parseOptions({ bucket: 'backups', keyFile: 'key.json', maxAttempts: 1 })
    const storage = gcs.create(options, { name: 'gcs', job: 'shop', baseDirectory })
    const error = await failing(storage.check(never), 'STORAGE_CREDENTIALS')
    expect(error.message).toMatch(message)
    expect(inspect(error, { depth: 8 })).not.toContain('canary')
  })

  it('is an error where it may not be read', async () => {
    const baseDirectory = await directory()
    const path = join(baseDirectory, 'key.json')
    const options = gcs.parseOptions({ bucket: 'backups', keyFile: path, maxAttempts: 1 })
    const storage = gcs.create(options, { name: 'gcs', job: 'shop', baseDirectory })
    // So that everything is loaded by whoever may read this checkout.
    await failing(storage.check(never), 'STORAGE_CREDENTIALS')
    await writeFile(path, '{}')
    await chmod(path, 0)
    // Root may read everything, so it is somebody else for a moment.
    const nobody = 65_534
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(nobody)
    try {
      const error = await failing(storage.check(never), 'STORAGE_CREDENTIALS')
      expect(error.message).toContain('EACCES')
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })
})

describe('a key of a service account', () => {
  it('that can not be read is an error without a word of it', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const broken = privateKey.slice(0, 400)
    const credentials = JSON.stringify({
      type: 'service_account',
      client_email: 'me@example.com',
      private_key: broken,
    })
    const { storageWith } = await openDesk({ credentials, authenticate: true, maxAttempts: 1 })
    const error = await failing(storageWith({}).check(never), 'STORAGE_CREDENTIALS')
    expect(error.message).toContain('the credentials can not be read')
    const shown = inspect(error, { depth: 8 })
    for (const line of broken.split('\n').slice(1)) expect(shown).not.toContain(line)
  })

  it('is a Secret in every part of it', () => {
    const credentials = JSON.stringify({ type: 'service_account', private_key: 'canary', client_email: 'me' })
    const options = gcs.parseOptions({ bucket: 'backups', credentials })
    expect(inspect(options, { depth: 8 })).not.toContain('canary')
    expect(options.credentials?.parts.map((part) => part.reveal())).toEqual(['canary'])
  })
})

describe('the network', () => {
  it('that knows no such host is an error', async () => {
    const { storageWith } = await openDesk({ maxAttempts: 1 })
    const storage = storageWith({ apiEndpoint: 'http://storage.holdfast.invalid' })
    const error = await failing(storage.check(never), 'STORAGE_UNAVAILABLE')
    expect(`${error.message} ${error.hint}`).toContain('storage.holdfast.invalid')
  })

  it('that lets nobody in is an error', async () => {
    const { double, storageWith } = await openDesk({ maxAttempts: 1 })
    const { endpoint } = double
    const gone = await startGcsDouble()
    await gone.close()
    const error = await failing(
      storageWith({ apiEndpoint: gone.endpoint }).check(never),
      'STORAGE_UNAVAILABLE',
    )
    expect(error.retryable).toBe(true)
    expect(error.message).toContain('ECONNREFUSED')
    // Nothing speaks TLS there.
    await failing(
      storageWith({ apiEndpoint: endpoint.replace('http:', 'https:') }).check(never),
      'STORAGE_TLS',
    )
  })

  it('that offers a certificate of nobody is an error', async () => {
    const server = createServer(await certificate(), (_request, response) => response.end('{}'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { storageWith } = await openDesk({ maxAttempts: 3 })
    const apiEndpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const error = await failing(storageWith({ apiEndpoint }).check(never), 'STORAGE_TLS')
    expect(error).toMatchObject({ retryable: false, hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') })
  })
})

describe('the place', () => {
  const options = {
    apiEndpoint: undefined,
    authenticate: undefined,
    keyFile: undefined,
    credentials: undefined,
  }

  it.each([
    [{}, {}, 'https://storage.googleapis.com', true],
    [{}, { STORAGE_EMULATOR_HOST: '' }, 'https://storage.googleapis.com', true],
    [{}, { STORAGE_EMULATOR_HOST: 'http://localhost:4443/' }, 'http://localhost:4443', false],
    [{}, { STORAGE_EMULATOR_HOST: 'localhost:4443' }, 'https://localhost:4443', false],
    [{ apiEndpoint: 'https://storage-me.p.googleapis.com' }, {}, 'https://storage-me.p.googleapis.com', true],
    [{ apiEndpoint: 'https://googleapis.com.example.com' }, {}, 'https://googleapis.com.example.com', false],
    [{ apiEndpoint: 'https://example.com', keyFile: 'x' }, {}, 'https://example.com', true],
    [{ apiEndpoint: 'https://example.com', authenticate: true }, {}, 'https://example.com', true],
    [{ authenticate: false }, {}, 'https://storage.googleapis.com', false],
  ])('of %j with %j is %s, with a token: %s', (given, environment, endpoint, signed) => {
    expect(placeOf({ ...options, ...given }, environment)).toEqual({ endpoint, signed })
  })
})
