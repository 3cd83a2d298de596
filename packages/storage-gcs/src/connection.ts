import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { withAttempts } from './attempts.ts'
import { failure, Refusal, signInFailure, type Target } from './errors.ts'
import type { Configured } from './hints.ts'
import { type Outgoing, send, Silence } from './send.ts'
import type { SignIn } from './sign-in.ts'

/** A request and what it is for. */
export interface Ask extends Target {
  method: Outgoing['method']
  url: string
  headers?: Readonly<Record<string, string>>
  body?: Buffer
  /** False for what needs no token: the address of an upload is as good as one. */
  signed?: boolean
  /** Which other answers are none to throw. */
  accepts?: readonly number[]
}

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  /** The body, of an answer in JSON. */
  json: unknown
}

export interface Connection {
  /** Makes the request once, and reads its answer. Errors are of the family. */
  ask: (request: Ask, signal: AbortSignal) => Promise<Answer>
  /** The same as often as may help. */
  askAgain: (request: Ask, signal: AbortSignal) => Promise<Answer>
  /** The same, and leaves the body to be read. */
  open: (request: Ask, signal: AbortSignal) => Promise<IncomingMessage>
}

export function createConnection(configured: Configured, signIn: SignIn): Connection {
  const { options, place } = configured
  const silenceMs = options.requestTimeoutMs

  async function headersFor(request: Ask, signal: AbortSignal): Promise<Record<string, string>> {
    if (!place.signed || request.signed === false) return {}
    try {
      return await inTime(signIn.headers(place.endpoint), silenceMs, signal)
    } catch (error) {
      signal.throwIfAborted()
      signIn.forget()
      throw signInFailure(request, error, configured)
    }
  }

  async function openOnce(request: Ask, signal: AbortSignal): Promise<IncomingMessage> {
    const { method, url, headers, body } = request
    const signed = await headersFor(request, signal)
    const response = await send(
      { method, url, headers: { ...headers, ...signed }, body },
      { signal, silenceMs },
    )
    const { statusCode: status = 0 } = response
    if ((status >= 200 && status < 300) || request.accepts?.includes(status) === true) return response
    throw await refusalOf(response)
  }

  async function open(request: Ask, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      return await openOnce(request, signal).catch((error: unknown) => {
        const isStale =
          error instanceof Refusal && error.status === 401 && place.signed && request.signed !== false
        if (!isStale) throw error
        signIn.forget()
        return openOnce(request, signal)
      })
    } catch (error) {
      signal.throwIfAborted()
      throw failure(request, error, configured)
    }
  }

  async function ask(request: Ask, signal: AbortSignal): Promise<Answer> {
    const response = await open(request, signal)
    try {
      const text = (await textOf(response)).toString()
      return { status: response.statusCode ?? 0, headers: response.headers, json: jsonOf(text) }
    } catch (error) {
      signal.throwIfAborted()
      throw failure(request, error, configured)
    }
  }

  const again = <Result>(signal: AbortSignal, call: () => Promise<Result>): Promise<Result> =>
    withAttempts(options.maxAttempts, signal, call)
  return {
    ask,
    askAgain: (request, signal) => again(signal, () => ask(request, signal)),
    open: (request, signal) => again(signal, () => open(request, signal)),
  }
}

/** What a library does that can not be told to stop. */
async function inTime<Result>(
  call: Promise<Result>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result> {
  const over = new AbortController()
  const late = sleep(timeoutMs, undefined, { signal: AbortSignal.any([signal, over.signal]) }).then(
    () => Promise.reject(new Silence(timeoutMs)),
    () => Promise.reject(signal.aborted ? (signal.reason as Error) : new Silence(timeoutMs)),
  )
  try {
    return await Promise.race([call, late])
  } finally {
    over.abort()
    late.catch(() => {})
  }
}

async function refusalOf(response: IncomingMessage): Promise<Refusal> {
  const { statusCode: status = 0, statusMessage = '', headers } = response
  const text = (await textOf(response).catch(() => Buffer.alloc(0))).toString()
  const { error } = (jsonOf(text) ?? {}) as { error?: { message?: string; errors?: { reason?: string }[] } }
  const said = error?.message ?? (/^text\/(?:plain|html)/.test(headers['content-type'] ?? '') ? text : '')
  const seconds = Number(headers['retry-after'])
  return new Refusal(
    status,
    error?.errors?.[0]?.reason ?? '',
    said.replaceAll(/\s+/g, ' ').slice(0, 300) || statusMessage || 'the service gave no reason',
    Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined,
  )
}

/** More than any answer of the service that is no object, in bytes. */
const mostTextBytes = 64 << 20

async function textOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > mostTextBytes) throw new Error(`an answer of more than ${mostTextBytes} bytes`)
  }
  return Buffer.concat(chunks)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
