import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { getCACertificates } from 'node:tls'
import { HoldfastError, type Secret } from '@holdfast/plugin'
import { excerpt } from './excerpt.ts'
import { cancelled, noAnswer, unreachable } from './failures.ts'
import { retryAfterMs } from './retry-after.ts'

/** Answers are read up to here; what is longer is no answer to a message, and nobody waits for its end. */
const mostAnswerBytes = 65_536

/** Where messages go. */
export interface Endpoint {
  /** The name of the service, for messages: `Slack`. The address itself is never shown. */
  service: string
  address: Secret
  /** Absolute. */
  caFile?: string | undefined
  requestTimeoutMs: number
}

export interface HttpMessage {
  method?: 'POST' | 'PUT'
  headers?: Readonly<Record<string, string>>
  body: string
  /** What besides the address must not be repeated from an answer. */
  secrets?: readonly Secret[]
}

export interface Answer {
  status: number
  /** The body as text, without any secret that was sent; its beginning where it is long. */
  text: string
  /** How long the service asks callers to wait. */
  retryAfterMs?: number | undefined
}

/**
 * Sends one message, once. Resolves with whatever the service answered; a redirect is an answer and is not followed.
 * Rejects with NOTIFY_UNAVAILABLE, NOTIFY_TIMEOUT or NOTIFY_TLS where there was no whole answer, and ends at once
 * when the signal aborts.
 */
export async function post(endpoint: Endpoint, message: HttpMessage, signal: AbortSignal): Promise<Answer> {
  const { service, address, caFile, requestTimeoutMs } = endpoint
  if (signal.aborted) throw cancelled(service, signal)
  const timeout = AbortSignal.timeout(requestTimeoutMs)
  try {
    const ca = caFile === undefined ? undefined : await authorities(service, caFile)
    const response = await exchange(address, message, ca, AbortSignal.any([signal, timeout]))
    return {
      status: response.statusCode ?? 0,
      text: excerpt(await beginning(response), [address, ...(message.secrets ?? [])]),
      retryAfterMs: retryAfterMs(response.headers['retry-after'], Date.now()),
    }
  } catch (error) {
    if (signal.aborted) throw cancelled(service, signal)
    if (timeout.aborted) throw noAnswer(service, requestTimeoutMs)
    throw unreachable(service, error)
  }
}

async function exchange(
  address: Secret,
  { method = 'POST', headers, body }: HttpMessage,
  ca: string[] | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(address.reveal())
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const length = String(Buffer.byteLength(body))
  const request = send(url, {
    method,
    headers: { 'user-agent': 'holdfast', ...headers, 'content-length': length },
    signal,
    ...(ca !== undefined && { ca }),
  })
  // What happens to the connection once there is a response shows there.
  request.on('error', () => {})
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response
}

async function beginning(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= mostAnswerBytes) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function authorities(service: string, caFile: string): Promise<string[]> {
  try {
    return [...getCACertificates('default'), await readFile(caFile, 'utf8')]
  } catch (error) {
    throw new HoldfastError('NOTIFY_TLS', `${service}: the caFile ${caFile} can't be read`, {
      hint: `Look at who may read it: ls -l ${caFile}`,
      cause: error,
    })
  }
}
