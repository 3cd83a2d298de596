import type { IncomingMessage } from 'node:http'
import { type Answer, bodyOf, json, Refusal } from './answers.ts'
import { parseRelated } from './multipart.ts'
import { checksumText, type GcsAttributes, type GcsObject, type Objects, resourceOf } from './objects.ts'
import type { Route } from './routes.ts'
import type { Progress, Uploads } from './uploads.ts'

export interface ServiceOptions {
  bucket: string
  pageObjects: number
  /** What the caller may do; undefined for everything. */
  permissions: readonly string[] | undefined
  /** What the service takes and forgets. */
  ignores: readonly (keyof GcsAttributes)[]
}

const nameBytes = 1024

/** The service itself: what a request does, and what it is answered. */
export function createService(objects: Objects, uploads: Uploads, options: ServiceOptions) {
  const { bucket } = options
  const described = (object: GcsObject): Record<string, unknown> => resourceOf(bucket, object)

  function verifyAllowed(permission: string): void {
    if (options.permissions?.includes(permission) === false) {
      throw new Refusal(
        403,
        'forbidden',
        `robot@project.iam.gserviceaccount.com does not have ${permission} access to the Google Cloud Storage object. Permission '${permission}' denied on resource (or it may not exist).`,
      )
    }
  }

  function existing(name: string, generation: string | null): GcsObject {
    const object = objects.all.get(name)
    if (object === undefined || (generation ?? object.generation) !== object.generation)
      throw new Refusal(404, 'notFound', `No such object: ${bucket}/${name}`)
    return object
  }

  function taken(attributes: GcsAttributes, query: URLSearchParams): GcsAttributes {
    const kmsKeyName = query.get('kmsKeyName') ?? attributes.kmsKeyName
    const all = { ...attributes, ...(kmsKeyName !== undefined && { kmsKeyName }) }
    return Object.fromEntries(
      Object.entries(all).filter(([key]) => !options.ignores.some((ignored) => ignored === key)),
    )
  }

  const after = (progress: Progress): Answer => {
    if ('object' in progress) return json(200, described(progress.object))
    const { persistedBytes } = progress
    return { status: 308, headers: persistedBytes > 0 ? { range: `bytes=0-${persistedBytes - 1}` } : {} }
  }

  const list = (query: URLSearchParams): Answer => {
    const prefix = query.get('prefix') ?? ''
    const from = Buffer.from(query.get('pageToken') ?? '', 'base64')
    const found = [...objects.all.values()]
      .filter(({ name }) => name.startsWith(prefix))
      .map((object) => ({ object, bytes: Buffer.from(object.name) }))
      .filter(({ bytes }) => Buffer.compare(bytes, from) > 0)
      .sort((one, other) => Buffer.compare(one.bytes, other.bytes))
    const pageObjects = Math.min(options.pageObjects, Number(query.get('maxResults') ?? options.pageObjects))
    const page = found.slice(0, pageObjects)
    return json(200, {
      kind: 'storage#objects',
      ...(page.length > 0 && { items: page.map(({ object }) => described(object)) }),
      ...(found.length > page.length && { nextPageToken: page.at(-1)?.bytes.toString('base64') }),
    })
  }

  const read = (object: GcsObject, range: string | undefined): Answer => {
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
    const start = Number(first ?? 0)
    const end = Math.min(object.bytes - 1, last ? Number(last) : Infinity)
    if (first !== undefined && start >= object.bytes) {
      const message = 'The requested range cannot be satisfied.'
      throw new Refusal(416, 'requestedRangeNotSatisfiable', message)
    }
    return {
      status: first === undefined ? 200 : 206,
      headers: {
        'content-type': object.attributes.contentType ?? 'application/octet-stream',
        'x-goog-generation': object.generation,
        'x-goog-stored-content-encoding': 'identity',
        'x-goog-stored-content-length': String(object.bytes),
        'x-goog-hash': `crc32c=${checksumText(object.crc32c)}`,
        ...(first !== undefined && { 'content-range': `bytes ${start}-${end}/${object.bytes}` }),
      },
      file: { path: object.path, start, bytes: end - start + 1 },
    }
  }

  async function simple(name: string | undefined, query: URLSearchParams, request: IncomingMessage) {
    const body = await bodyOf(request)
    const { attributes, bytes } = parseRelated(request.headers['content-type'] ?? '', body)
    const wanted = validName(name ?? attributes.name)
    const draft = objects.newDraft()
    objects.append(draft, bytes)
    const condition = query.get('ifGenerationMatch') ?? undefined
    return json(200, described(objects.publish(wanted, draft, taken(attributes, query), condition)))
  }

  async function start(
    { name, query }: Route,
    request: IncomingMessage,
    urlOf: (id: string) => string,
  ): Promise<Answer> {
    const body = await bodyOf(request)
    const attributes = (body.length === 0 ? {} : JSON.parse(body.toString())) as GcsAttributes & {
      name?: string
    }
    const wanted = validName(name ?? attributes.name)
    const condition = query.get('ifGenerationMatch') ?? undefined
    const { id } = uploads.start(wanted, taken(attributes, query), condition)
    return { status: 200, headers: { location: urlOf(id) } }
  }

  /** Does what a request asks for. The bytes of a chunk were read before. */
  return async (
    route: Route,
    request: IncomingMessage,
    chunk: Buffer,
    urlOf: (id: string) => string,
  ): Promise<Answer> => {
    const { kind, query, name = '', uploadId = '' } = route
    if (route.bucket !== bucket) throw new Refusal(404, 'notFound', 'The specified bucket does not exist.')
    const range = request.headers['content-range'] ?? ''
    switch (kind) {
      case 'simple':
        verifyAllowed('storage.objects.create')
        return simple(route.name, query, request)
      case 'start':
        verifyAllowed('storage.objects.create')
        return start(route, request, urlOf)
      case 'probe':
        return after(uploads.probe(uploads.find(uploadId)))
      case 'chunk':
      case 'commit': {
        const session = uploads.find(uploadId)
        // To replace an object is to delete it.
        if (kind === 'commit' && objects.all.has(session.name) && session.ifGenerationMatch !== '0')
          verifyAllowed('storage.objects.delete')
        return after(uploads.put(session, range, chunk, request.headers['x-goog-hash']?.toString()))
      }
      case 'cancel':
        uploads.cancel(uploads.find(uploadId))
        return { status: 499 }
      case 'stat':
        verifyAllowed('storage.objects.get')
        return json(200, described(existing(name, query.get('generation'))))
      case 'read':
        verifyAllowed('storage.objects.get')
        return read(existing(name, query.get('generation')), request.headers.range)
      case 'list':
        verifyAllowed('storage.objects.list')
        return list(query)
      case 'remove': {
        verifyAllowed('storage.objects.delete')
        const { generation } = existing(name, query.get('generation'))
        const condition = query.get('ifGenerationMatch') ?? generation
        if (condition !== generation) objects.verifyReplaceable(name, condition)
        objects.remove(name)
        return { status: 204 }
      }
      case 'permissions': {
        const asked = query.getAll('permissions')
        const granted = asked.filter((one) => options.permissions?.includes(one) !== false)
        return json(200, {
          kind: 'storage#testIamPermissionsResponse',
          ...(granted.length > 0 && { permissions: granted }),
        })
      }
      case 'token':
        throw new Refusal(404, 'notFound', `${kind} is nothing that a bucket does`)
    }
  }
}

function validName(name: string | undefined): string {
  if (name === undefined || name === '') throw new Refusal(400, 'required', 'Required')
  const isValid =
    name.isWellFormed() && Buffer.byteLength(name) <= nameBytes && !/[\r\n]|^\.{1,2}$/.test(name)
  if (!isValid) throw new Refusal(400, 'invalid', `Invalid object name: ${JSON.stringify(name)}`)
  return name
}
