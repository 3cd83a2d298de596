import type { Answer } from './answer.ts'
import { bytesOf } from './blobs.ts'
import { S3Refusal } from './errors.ts'
import { headersOf, isLocked, propertiesOf, requireChecksumForLock } from './headers.ts'
import { readPayload } from './payload.ts'
import type { S3Request } from './request.ts'
import type { DoubleObject, State } from './state.ts'

const keyBytes = 1024

export async function putObject(request: S3Request, state: State): Promise<Answer> {
  requireChecksumForLock(request)
  const { bytes, md5, checksum } = readPayload(request)
  const object: DoubleObject = {
    blob: await state.blobs.keep(bytes),
    etag: `"${md5.toString('hex')}"`,
    modifiedAt: state.now(),
    properties: propertiesOf(request, state),
    ...(checksum !== undefined &&
      !state.ignores.has('checksum') && { checksum: { ...checksum, type: 'FULL_OBJECT' } }),
  }
  store(request, state, object)
  const { etag, properties } = object
  return { headers: { etag, ...encryptionOf(properties) } }
}

/** Makes an object appear, in one step with the look at whether it may. */
export function store(request: S3Request, state: State, object: DoubleObject): void {
  if (Buffer.byteLength(request.key) > keyBytes) {
    throw new S3Refusal(400, 'KeyTooLongError', 'Your key is too long')
  }
  const objects = bucketOf(request, state)
  const condition = request.headers['if-none-match']
  if (condition !== undefined && state.refuses.has('if-none-match')) {
    throw new S3Refusal(
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
    )
  }
  if (condition === '*' && !state.ignores.has('if-none-match') && objects.has(request.key)) {
    throw new S3Refusal(
      412,
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
      {
        fields: { Condition: 'If-None-Match' },
      },
    )
  }
  objects.set(request.key, object)
}

export function encryptionOf(properties: DoubleObject['properties']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).filter(([name]) => name.startsWith('x-amz-server-side-encryption')),
  )
}

export function headObject(request: S3Request, state: State): Answer {
  const object = find(request, state)
  return {
    headers: headersOf(object, { showsChecksum: request.headers['x-amz-checksum-mode'] === 'ENABLED' }),
  }
}

export function getObject(request: S3Request, state: State): Answer {
  const object = find(request, state)
  const { headers } = request
  if (headers['if-match'] !== undefined && headers['if-match'] !== object.etag) {
    throw new S3Refusal(
      412,
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
    )
  }
  const { length } = object.blob
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers['range'] ?? '') ?? []
  const shown = headersOf(object, {
    showsChecksum: first === undefined && headers['x-amz-checksum-mode'] === 'ENABLED',
  })
  if (first === undefined || state.ignores.has('range')) return { headers: shown, body: bytesOf(object.blob) }
  const start = Number(first)
  const end = last === '' ? length - 1 : Math.min(Number(last), length - 1)
  if (start >= length || start > end) {
    throw new S3Refusal(416, 'InvalidRange', 'The requested range is not satisfiable', {
      headers: { 'content-range': `bytes */${length}` },
    })
  }
  return {
    status: 206,
    headers: {
      ...shown,
      'content-length': String(end + 1 - start),
      'content-range': `bytes ${start}-${end}/${length}`,
    },
    body: bytesOf(object.blob, start, end + 1),
  }
}

export function deleteObject(request: S3Request, state: State): Answer {
  const objects = bucketOf(request, state)
  const object = objects.get(request.key)
  if (object !== undefined && isLocked(object, state.now())) {
    throw new S3Refusal(403, 'AccessDenied', 'Access Denied because object protected by object lock.')
  }
  objects.delete(request.key)
  return { status: 204 }
}

export function bucketOf({ bucket }: S3Request, { buckets }: State): Map<string, DoubleObject> {
  const objects = buckets.get(bucket)
  if (objects !== undefined) return objects
  throw new S3Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist', {
    fields: { BucketName: bucket },
  })
}

function find(request: S3Request, state: State): DoubleObject {
  const object = bucketOf(request, state).get(request.key)
  if (object !== undefined) return object
  throw new S3Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { fields: { Key: request.key } })
}
