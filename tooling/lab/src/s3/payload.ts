import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { S3Refusal } from './errors.ts'
import type { S3Request } from './request.ts'

/** The bytes of a body, compared with everything that the request says of them. */
export interface Payload {
  bytes: Buffer
  md5: Buffer
  /** What was sent and found right, by the name of its header without `x-amz-checksum-`. */
  checksum?: { algorithm: 'crc32' | 'sha256'; value: string }
}

export function readPayload({ headers, body }: S3Request): Payload {
  const declared = headers['x-amz-content-sha256'] ?? ''
  const isFramed = declared.startsWith('STREAMING-')
  const { bytes, trailers } = isFramed ? unframed(declared, body, headers) : { bytes: body, trailers: {} }
  if (/^[0-9a-f]{64}$/.test(declared) && digest('sha256', bytes).toString('hex') !== declared) {
    throw new S3Refusal(
      400,
      'XAmzContentSHA256Mismatch',
      'The provided x-amz-content-sha256 header does not match what was computed.',
    )
  }
  const md5 = digest('md5', bytes)
  const sentMd5 = headers['content-md5']
  if (sentMd5 !== undefined && sentMd5 !== md5.toString('base64')) {
    throw new S3Refusal(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.')
  }
  const told = { ...headers, ...trailers }
  for (const algorithm of ['crc32', 'sha256'] as const) {
    const value = told[`x-amz-checksum-${algorithm}`]
    if (value === undefined) continue
    if (value !== checksumOf(algorithm, bytes)) {
      throw new S3Refusal(
        400,
        'BadDigest',
        `The ${algorithm} you specified did not match the calculated checksum.`,
      )
    }
    return { bytes, md5, checksum: { algorithm, value } }
  }
  return { bytes, md5 }
}

function checksumOf(algorithm: 'crc32' | 'sha256', bytes: Buffer): string {
  return algorithm === 'sha256' ? digest('sha256', bytes).toString('base64') : crc32Text(crc32(bytes))
}

export function crc32Text(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes.toString('base64')
}

function digest(algorithm: string, bytes: Buffer): Buffer {
  return createHash(algorithm).update(bytes).digest()
}

/** Takes the framing of `aws-chunked` off. Frames that are signed one by one are not known here. */
function unframed(
  declared: string,
  body: Buffer,
  headers: S3Request['headers'],
): { bytes: Buffer; trailers: Record<string, string> } {
  if (declared !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw new S3Refusal(501, 'NotImplemented', `The double does not know ${declared}`)
  }
  const chunks: Buffer[] = []
  let at = 0
  const line = (): string => {
    const end = body.indexOf('\r\n', at)
    if (end === -1) throw new S3Refusal(400, 'IncompleteBody', 'The request body terminated unexpectedly')
    const text = body.toString('latin1', at, end)
    at = end + 2
    return text
  }
  for (;;) {
    const length = Number.parseInt(line(), 16)
    if (length === 0) break
    chunks.push(body.subarray(at, at + length))
    at += length + 2
  }
  const trailers: Record<string, string> = {}
  for (let text = line(); text !== ''; text = line()) {
    const colon = text.indexOf(':')
    trailers[text.slice(0, colon).toLowerCase()] = text.slice(colon + 1).trim()
  }
  const bytes = Buffer.concat(chunks)
  if (Number(headers['x-amz-decoded-content-length']) !== bytes.length) {
    throw new S3Refusal(400, 'IncompleteBody', 'The body is not as long as x-amz-decoded-content-length says')
  }
  if (
    headers['x-amz-trailer'] !== undefined &&
    trailers[headers['x-amz-trailer'].toLowerCase()] === undefined
  ) {
    throw new S3Refusal(400, 'MalformedTrailerError', 'The trailer that was announced did not come')
  }
  return { bytes, trailers }
}
