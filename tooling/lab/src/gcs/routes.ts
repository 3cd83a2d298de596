import type { IncomingMessage } from 'node:http'
import { Refusal } from './answers.ts'
import type { GcsRequestKind } from './faults.ts'

export interface Route {
  kind: GcsRequestKind
  bucket?: string
  name?: string
  uploadId?: string
  query: URLSearchParams
}

const object = /^\/(?:download\/)?storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/
const objects = /^\/storage\/v1\/b\/([^/]+)\/o$/
const upload = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/
const permissions = /^\/storage\/v1\/b\/([^/]+)\/iam\/testPermissions$/

/** What a request is for. */
export function routeOf({ method = '', url = '', headers }: IncomingMessage): Route {
  const { pathname, searchParams: query } = new URL(url, 'http://localhost')
  const found = (pattern: RegExp): string[] | undefined => {
    const match = pattern.exec(pathname)
    return match === null ? undefined : match.slice(1).map(decoded)
  }
  if (pathname === '/token') return { kind: 'token', query }

  const [uploadBucket] = found(upload) ?? []
  if (uploadBucket !== undefined) {
    const uploadId = query.get('upload_id')
    const name = query.get('name') ?? undefined
    const place = { bucket: uploadBucket, query, ...(name !== undefined && { name }) }
    if (uploadId === null) {
      const kind = query.get('uploadType') === 'resumable' ? 'start' : 'simple'
      if (method === 'POST') return { kind, ...place }
    } else if (method === 'DELETE') return { kind: 'cancel', uploadId, ...place }
    else if (method === 'PUT')
      return { kind: kindOfChunk(headers['content-range'] ?? ''), uploadId, ...place }
  }

  const [bucket, name] = found(object) ?? []
  if (bucket !== undefined && name !== undefined) {
    const place = { bucket, name, query }
    if (method === 'GET') return { kind: query.get('alt') === 'media' ? 'read' : 'stat', ...place }
    if (method === 'DELETE') return { kind: 'remove', ...place }
  }

  const [listed] = found(objects) ?? []
  if (listed !== undefined && method === 'GET') return { kind: 'list', bucket: listed, query }
  const [tested] = found(permissions) ?? []
  if (tested !== undefined && method === 'GET') return { kind: 'permissions', bucket: tested, query }
  throw new Refusal(404, 'notFound', `${method} ${pathname} is nothing that this double knows`)
}

function kindOfChunk(contentRange: string): GcsRequestKind {
  if (contentRange === 'bytes */*') return 'probe'
  return contentRange.endsWith('/*') ? 'chunk' : 'commit'
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Refusal(400, 'invalid', `${part} is not encoded as UTF-8`)
  }
}
