import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'

export type S3Operation =
  | 'PutObject'
  | 'UploadPart'
  | 'CreateMultipartUpload'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'ListObjectsV2'
  | 'ListMultipartUploads'
  | 'HeadBucket'
  | 'Unknown'

export interface S3Request {
  operation: S3Operation
  method: string
  /** As it came, still encoded. */
  rawPath: string
  bucket: string
  key: string
  query: ReadonlyMap<string, string>
  headers: Readonly<Record<string, string>>
  /** As it came, with the framing that a stream may have. */
  body: Buffer
}

export async function readRequest(message: IncomingMessage): Promise<S3Request> {
  const [rawPath, rawQuery] = splitOnce(message.url ?? '/', '?')
  const [bucket, key] = splitOnce(rawPath.slice(1), '/').map((part) => decodeURIComponent(part))
  const query = new Map(
    rawQuery
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => splitOnce(pair, '=').map((part) => decodeURIComponent(part)) as [string, string]),
  )
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, [value].flat().join(',')]),
  )
  const method = message.method ?? ''
  return {
    operation: operationOf(method, key ?? '', query),
    method,
    rawPath,
    bucket: bucket ?? '',
    key: key ?? '',
    query,
    headers,
    body: await buffer(message),
  }
}

function operationOf(method: string, key: string, query: ReadonlyMap<string, string>): S3Operation {
  if (key === '') {
    if (method === 'HEAD') return 'HeadBucket'
    if (method === 'GET' && query.has('uploads')) return 'ListMultipartUploads'
    if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2'
    return 'Unknown'
  }
  const uploadId = query.has('uploadId')
  switch (method) {
    case 'PUT':
      return uploadId ? 'UploadPart' : 'PutObject'
    case 'POST':
      return uploadId ? 'CompleteMultipartUpload' : query.has('uploads') ? 'CreateMultipartUpload' : 'Unknown'
    case 'DELETE':
      return uploadId ? 'AbortMultipartUpload' : 'DeleteObject'
    case 'GET':
      return uploadId ? 'Unknown' : 'GetObject'
    case 'HEAD':
      return 'HeadObject'
    default:
      return 'Unknown'
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
