import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { errorDocument, type S3Refusal } from './errors.ts'

/** What is answered to one request. */
export interface Answer {
  status?: number
  headers?: Record<string, string>
  /** XML as text, or the bytes of an object. */
  body?: string | AsyncIterable<Buffer>
}

export function refused(refusal: S3Refusal): Answer {
  return { status: refusal.status, headers: refusal.headers, body: errorDocument(refusal) }
}

/** How an answer breaks off: with half of the body and then silence, or a reset. */
export type BreakOff = 'stall' | 'cut'

export async function give(
  response: ServerResponse,
  { status = 200, headers = {}, body = '' }: Answer,
  { isHead, date, breakOff }: { isHead: boolean; date: Date; breakOff?: BreakOff | undefined },
): Promise<void> {
  response.sendDate = false
  const text = typeof body === 'string' ? Buffer.from(body) : undefined
  response.writeHead(status, {
    'x-amz-request-id': 'DOUBLE',
    date: date.toUTCString(),
    ...(text !== undefined && { 'content-length': text.length }),
    ...(text !== undefined && text.length > 0 && { 'content-type': 'application/xml' }),
    ...headers,
  })
  if (isHead) return void response.end()
  if (text !== undefined) return void response.end(text)
  const bytes =
    breakOff === undefined ? body : half(body as AsyncIterable<Buffer>, headers, response, breakOff)
  await pipeline(bytes as AsyncIterable<Buffer>, response)
}

async function* half(
  body: AsyncIterable<Buffer>,
  headers: Record<string, string>,
  response: ServerResponse,
  breakOff: BreakOff,
): AsyncGenerator<Buffer> {
  let left = Math.floor(Number(headers['content-length']) / 2)
  for await (const chunk of body) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) break
  }
  // What was written is on its way before the connection goes.
  await new Promise(setImmediate)
  if (breakOff === 'cut') response.destroy()
  else await once(response, 'close')
}
