import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** What a request is answered with: a text, or a part of a file. */
export interface Answer {
  status: number
  headers?: Readonly<Record<string, string>>
  body?: string
  file?: { path: string; start: number; bytes: number }
}

/** A request that is refused, in the words of the service. */
export class Refusal extends Error {
  readonly status: number
  readonly reason: string

  constructor(status: number, reason: string, message: string) {
    super(message)
    this.status = status
    this.reason = reason
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
  }
}

/** A download is refused in plain text, everything else in JSON. */
export function refusalAnswer({ status, reason, message }: Refusal, isDownload: boolean): Answer {
  if (isDownload) return { status, body: message, headers: { 'content-type': 'text/html; charset=UTF-8' } }
  return json(status, {
    error: { code: status, message, errors: [{ message, domain: 'global', reason }] },
  })
}

export interface SendOptions {
  /** Closes the connection when half of the body is sent. */
  cut?: boolean
  /** Sends nothing more then. */
  stall?: boolean
  /** Sends the byte in the middle wrong. */
  flip?: boolean
}

export function send(response: ServerResponse, answer: Answer, options: SendOptions = {}): void {
  const { status, headers = {}, body = '', file } = answer
  const bytes = file?.bytes ?? Buffer.byteLength(body)
  response.writeHead(status, { ...headers, ...(status !== 204 && { 'content-length': bytes }) })
  if (file === undefined || file.bytes === 0) {
    response.end(body)
    return
  }
  const middle = Math.floor(bytes / 2)
  let sent = 0
  const stream = createReadStream(file.path, { start: file.start, end: file.start + bytes - 1 })
  stream.on('error', () => response.destroy())
  response.on('close', () => stream.destroy())
  stream.on('data', (chunk) => {
    const data = Buffer.from(chunk)
    if (options.flip === true && sent <= middle && middle < sent + data.length)
      data[middle - sent] = ~(data[middle - sent] ?? 0) & 0xff
    const ends = (options.cut === true || options.stall === true) && sent + data.length > middle
    sent += data.length
    if (ends) {
      stream.destroy()
      const half = data.subarray(0, data.length - (sent - middle))
      response.write(half, () => options.cut === true && response.destroy())
    } else if (!response.write(data)) {
      stream.pause()
      response.once('drain', () => stream.resume())
    }
  })
  stream.on('end', () => response.end())
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The first bytes of the body of a request; the others are left where they are. */
export function startOf(request: IncomingMessage, bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let left = bytes
    const take = (chunk: Buffer): void => {
      chunks.push(chunk.subarray(0, left))
      left -= chunk.length
      if (left > 0) return
      request.off('data', take).pause()
      resolve(Buffer.concat(chunks))
    }
    request.on('data', take).on('error', reject)
    request.on('end', () => resolve(Buffer.concat(chunks)))
  })
}
