import { S3Refusal } from './errors.ts'
import type { S3Request } from './request.ts'
import type { DoubleObject, Ignorable, Properties, State } from './state.ts'

const kept: readonly (readonly [RegExp, Ignorable | undefined])[] = [
  [/^content-type$/, undefined],
  [/^x-amz-meta-/, 'metadata'],
  [/^x-amz-server-side-encryption(?:-aws-kms-key-id)?$/, 'encryption'],
  [/^x-amz-storage-class$/, 'class'],
  [/^x-amz-object-lock-(?:mode|retain-until-date)$/, 'lock'],
  [/^x-amz-tagging$/, undefined],
]
const metadataBytes = 2048
const kmsKey = 'arn:aws:kms:us-east-1:111122223333:key/'

/** What a write asks for, as the store keeps it: without what it ignores. */
export function propertiesOf({ headers }: S3Request, { ignores }: State): Properties {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'))
  const bytes = metadata.reduce(
    (sum, [name, value]) => sum + name.length - 'x-amz-meta-'.length + value.length,
    0,
  )
  if (bytes > metadataBytes) {
    throw new S3Refusal(
      400,
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
    )
  }
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) =>
      kept.some(
        ([pattern, ignorable]) => pattern.test(name) && (ignorable === undefined || !ignores.has(ignorable)),
      ),
    ),
  )
}

/** What HEAD and GET show of an object. */
export function headersOf(
  { blob, etag, modifiedAt, properties, checksum }: DoubleObject,
  { showsChecksum }: { showsChecksum: boolean },
): Record<string, string> {
  const { 'x-amz-tagging': tags, ...shown } = properties
  const keyId = shown['x-amz-server-side-encryption-aws-kms-key-id']
  return {
    ...shown,
    ...(keyId !== undefined && {
      'x-amz-server-side-encryption-aws-kms-key-id': keyId.startsWith('arn:') ? keyId : kmsKey + keyId,
    }),
    ...(tags !== undefined && { 'x-amz-tagging-count': String(new URLSearchParams(tags).size) }),
    'content-length': String(blob.length),
    etag,
    'last-modified': modifiedAt.toUTCString(),
    'accept-ranges': 'bytes',
    ...(showsChecksum &&
      checksum !== undefined && {
        [`x-amz-checksum-${checksum.algorithm}`]: checksum.value,
        'x-amz-checksum-type': checksum.type,
      }),
  }
}

/** Refuses a lock that comes without a checksum of what is to be locked, as S3 does. */
export function requireChecksumForLock({ headers }: S3Request): void {
  if (headers['x-amz-object-lock-mode'] === undefined || headers['content-md5'] !== undefined) return
  const names = Object.keys(headers)
  if (names.some((name) => name.startsWith('x-amz-checksum-') || name === 'x-amz-trailer')) return
  throw new S3Refusal(
    400,
    'InvalidRequest',
    'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
  )
}

export function isLocked({ properties }: DoubleObject, now: Date): boolean {
  const until = properties['x-amz-object-lock-retain-until-date']
  return until !== undefined && Date.parse(until) > now.getTime()
}
