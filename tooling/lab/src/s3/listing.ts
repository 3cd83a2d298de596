import type { Answer } from './answer.ts'
import { document, element, S3Refusal } from './errors.ts'
import { bucketOf } from './objects.ts'
import type { S3Request } from './request.ts'
import type { State } from './state.ts'

export function listObjects(request: S3Request, state: State): Answer {
  const { query, bucket } = request
  const { prefix, encode, echo } = asked(request)
  const token = query.get('continuation-token')
  const after =
    token === undefined ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64').toString()
  const objects = bucketOf(request, state)
  const keys = [...objects.keys()]
    .filter((key) => key.startsWith(prefix) && compare(key, after) > 0)
    .toSorted(compare)
  const page = keys.slice(0, Math.min(Number(query.get('max-keys') ?? 1000), state.pageObjects))
  const isTruncated = page.length < keys.length
  const last = page.at(-1) ?? ''
  return {
    body: document(
      element('ListBucketResult', [
        element('Name', bucket),
        ...echo,
        element('KeyCount', page.length),
        element('IsTruncated', String(isTruncated)),
        ...(isTruncated ? [element('NextContinuationToken', Buffer.from(last).toString('base64'))] : []),
        ...page.map((key) => {
          const object = objects.get(key)
          return element('Contents', [
            element('Key', encode(key)),
            element('LastModified', object?.modifiedAt.toISOString() ?? ''),
            element('ETag', object?.etag ?? ''),
            element('Size', object?.blob.length ?? 0),
            element('StorageClass', object?.properties['x-amz-storage-class'] ?? 'STANDARD'),
          ])
        }),
      ]),
    ),
  }
}

export function listUploads(request: S3Request, state: State): Answer {
  if (state.refuses.has('list-uploads')) {
    throw new S3Refusal(
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
    )
  }
  bucketOf(request, state)
  const { query, bucket } = request
  const { prefix, encode, echo } = asked(request)
  const marker = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? ''] as const
  const found = [...state.uploads]
    .map(([uploadId, upload]) => ({ uploadId, ...upload }))
    .filter((upload) => upload.bucket === bucket && upload.key.startsWith(prefix))
    .toSorted((one, other) => compare(one.key, other.key) || compare(one.uploadId, other.uploadId))
    .filter(({ key, uploadId }) => (compare(key, marker[0]) || compare(uploadId, marker[1])) > 0)
  const page = found.slice(0, Math.min(Number(query.get('max-uploads') ?? 1000), state.pageObjects))
  const isTruncated = page.length < found.length
  const last = page.at(-1)
  return {
    body: document(
      element('ListMultipartUploadsResult', [
        element('Bucket', bucket),
        ...echo,
        element('IsTruncated', String(isTruncated)),
        ...(isTruncated && last !== undefined
          ? [element('NextKeyMarker', encode(last.key)), element('NextUploadIdMarker', last.uploadId)]
          : []),
        ...page.map(({ key, uploadId, initiatedAt }) =>
          element('Upload', [
            element('Key', encode(key)),
            element('UploadId', uploadId),
            element('Initiated', initiatedAt.toISOString()),
          ]),
        ),
      ]),
    ),
  }
}

function asked({ query }: S3Request): { prefix: string; encode: (key: string) => string; echo: string[] } {
  const prefix = query.get('prefix') ?? ''
  const isEncoded = query.get('encoding-type') === 'url'
  const encode = isEncoded ? encoded : (key: string): string => key
  return {
    prefix,
    encode,
    echo: [element('Prefix', encode(prefix)), ...(isEncoded ? [element('EncodingType', 'url')] : [])],
  }
}

// As S3 does it: a space is a plus, and a slash is left as it is.
function encoded(key: string): string {
  return encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/')
}

/** In the order of their bytes in UTF-8. */
function compare(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
