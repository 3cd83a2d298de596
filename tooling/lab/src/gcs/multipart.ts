import { Refusal } from './answers.ts'
import type { GcsAttributes } from './objects.ts'

/** The description and the bytes of an upload in one request. */
export function parseRelated(
  contentType: string,
  body: Buffer,
): { attributes: GcsAttributes & { name?: string }; bytes: Buffer } {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1]
  if (boundary === undefined) throw new Refusal(400, 'invalid', `a boundary is missing in ${contentType}`)
  const [, first, second] = splitAt(body, Buffer.from(`--${boundary}`))
  if (first === undefined || second === undefined) throw new Refusal(400, 'invalid', 'two parts are needed')
  const attributes = JSON.parse(contentOf(first).toString()) as GcsAttributes & { name?: string }
  return { attributes, bytes: contentOf(second) }
}

function splitAt(body: Buffer, delimiter: Buffer): Buffer[] {
  const parts: Buffer[] = []
  let start = 0
  for (let at = body.indexOf(delimiter); at !== -1; at = body.indexOf(delimiter, start)) {
    parts.push(body.subarray(start, at))
    start = at + delimiter.length
  }
  return parts
}

/** Behind the blank line that ends the headers, up to the line break before the next boundary. */
function contentOf(part: Buffer): Buffer {
  return part.subarray(part.indexOf('\r\n\r\n') + 4, part.length - 2)
}
