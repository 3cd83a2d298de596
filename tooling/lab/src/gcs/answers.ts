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
    const isCut = options.cut === true && sent + data.length > middle
    sent += data.length
    if (isCut) {
      stream.destroy()
      response.write(data.subarray(0, data.length - (sent - middle)), () => response.destroy())
    } else if (!response.write(data)) {
      stream.pause()
      response.once('drain', () => stream.resume())
    }
  })
  stream.on('end', () => response.end())
}

/** The body of a request, or as much of it as was wanted. */
export async function bodyOf(request: IncomingMessage, limitBytes = Infinity): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= limitBytes) break
  }
  return Buffer.concat(chunks).subarray(0, limitBytes)
}
