import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Certificates, type HttpService, makeCertificates, startHttpService } from '@holdfast/lab'
import { type HoldfastError, Secret } from '@holdfast/plugin'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type HttpMessage, post } from './post.ts'

const path = '/services/T0000/B0000/a-very-secret-token'
const never = new AbortController().signal

let directory: string
let certificates: Certificates
let service: HttpService

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-delivery-'))
  certificates = await makeCertificates()
  await writeFile(join(directory, 'authority.pem'), certificates.authority)
})
afterAll(() => rm(directory, { recursive: true }))

beforeEach(async () => {
  service = await startHttpService()
})
afterEach(() => service.stop())

interface Way {
  base?: string
  caFile?: string
  requestTimeoutMs?: number
  signal?: AbortSignal
}

function send(message: HttpMessage, way: Way = {}): Promise<Answer> {
  const { base = service.url, caFile, requestTimeoutMs = 5000, signal = never } = way
  const address = new Secret(`${base}${path}`)
  return post({ service: 'the service', address, caFile, requestTimeoutMs }, message, signal)
}

async function errorOf(call: Promise<unknown>): Promise<HoldfastError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Error)) throw new Error('nothing was thrown')
  expect(error.message).not.toContain('a-very-secret-token')
  expect(error.message).not.toContain('127.0.0.1')
  return error as HoldfastError
}

describe('an answer', () => {
  it('is to one request, with the body as it was given', async () => {
    service.behave({ does: 'answer', status: 202, body: ' thank you\n' })
    const answer = await send({ headers: { 'content-type': 'text/plain' }, body: 'größer' })
    expect(answer).toEqual({ status: 202, text: 'thank you', retryAfterMs: undefined })
    expect(service.received).toEqual([
      expect.objectContaining({ method: 'POST', path, body: 'größer', answered: 202 }),
    ])
    expect(service.received[0]?.headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '8',
      'user-agent': 'holdfast',
    })
  })

  it('has the time that the service asks to wait', async () => {
    service.behave({ does: 'answer', status: 429, headers: { 'retry-after': '7' } })
    expect(await send({ body: '' })).toMatchObject({ status: 429, retryAfterMs: 7000 })
  })

  it('repeats no secret that was sent', async () => {
    const key = new Secret('key-of-the-service')
    service.behave((request) => ({ does: 'answer', body: `${request.path} ${request.body}` }))
    const { text } = await send({ body: key.reveal(), secrets: [key] })
    expect(text).toBe('[secret] [secret]')
  })

  it('may be a redirect, which is not followed', async () => {
    service.behave({ does: 'answer', status: 307, headers: { location: '/elsewhere' } })
    expect((await send({ body: '' })).status).toBe(307)
    expect(service.received).toHaveLength(1)
  })

  it('is read no further than anybody needs', async () => {
    service.behave({ does: 'flood' })
    const { text } = await send({ body: '' })
    expect(text).toMatch(/^x{8192}$/)
    await expect.poll(() => service.connections).toBe(0)
  })
})

describe('no answer', () => {
  it.each(['hang', 'stall'] as const)('of a service that does %s is NOTIFY_TIMEOUT', async (does) => {
    service.behave({ does })
    const error = await errorOf(send({ body: '' }, { requestTimeoutMs: 150 }))
    expect(error).toMatchObject({ code: 'NOTIFY_TIMEOUT', retryable: true })
    expect(error.message).toBe('the service did not answer within 0.15 s')
    await expect.poll(() => service.connections).toBe(0)
  })

  it.each(['hang', 'stall'] as const)(
    'ends a call to one that does %s when the signal aborts',
    async (does) => {
      service.behave({ does })
      const error = await errorOf(send({ body: '' }, { signal: AbortSignal.timeout(100) }))
      expect(error).toMatchObject({ code: 'NOTIFY_TIMEOUT', retryable: true })
      await expect.poll(() => service.connections).toBe(0)
    },
  )

  it('of a call whose signal has aborted is asked for', async () => {
    const error = await errorOf(send({ body: '' }, { signal: AbortSignal.abort() }))
    expect(error.code).toBe('NOTIFY_TIMEOUT')
    expect(service.received).toEqual([])
  })

  it('of a service that resets the connection is NOTIFY_UNAVAILABLE', async () => {
    service.behave({ does: 'reset' })
    expect(await errorOf(send({ body: '' }))).toMatchObject({ code: 'NOTIFY_UNAVAILABLE', retryable: true })
  })

  it('where nothing listens is NOTIFY_UNAVAILABLE', async () => {
    const stopped = await startHttpService()
    await stopped.stop()
    const error = await errorOf(send({ body: '' }, { base: stopped.url }))
    expect(error).toMatchObject({ code: 'NOTIFY_UNAVAILABLE', retryable: true })
    expect(error.message).toBe('the service could not be reached: the connection was refused (ECONNREFUSED)')
  })

  it('of a host that nobody knows is NOTIFY_UNAVAILABLE and does not name it', async () => {
    const error = await errorOf(send({ body: '' }, { base: 'https://a-token.invalid' }))
    expect(error.code).toBe('NOTIFY_UNAVAILABLE')
    expect(error.message).not.toContain('a-token')
  })
})

describe('TLS', () => {
  let secure: HttpService
  beforeEach(async () => {
    secure = await startHttpService(certificates)
  })
  afterEach(() => secure.stop())

  it('is refused where nobody vouches for the certificate', async () => {
    const error = await errorOf(send({ body: '' }, { base: secure.url }))
    expect(error).toMatchObject({ code: 'NOTIFY_TLS', retryable: false })
    expect(error.hint).toContain('caFile')
    expect(secure.received).toEqual([])
  })

  it('trusts the authority of caFile', async () => {
    const caFile = join(directory, 'authority.pem')
    expect((await send({ body: 'x' }, { base: secure.url, caFile })).status).toBe(200)
    expect(secure.received).toHaveLength(1)
  })

  it('says which caFile can not be read', async () => {
    const caFile = join(directory, 'missing.pem')
    const error = await errorOf(send({ body: '' }, { base: secure.url, caFile }))
    expect(error.code).toBe('NOTIFY_TLS')
    expect(error.message).toContain(caFile)
  })

  it('is not spoken by everybody', async () => {
    const plain = service.url.replace('http:', 'https:')
    expect((await errorOf(send({ body: '' }, { base: plain }))).code).toBe('NOTIFY_TLS')
  })
})
