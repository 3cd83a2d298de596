import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Answer } from './answer.ts'
import { bytesOf, joined } from './blobs.ts'
import { document, element, S3Refusal } from './errors.ts'
import { propertiesOf } from './headers.ts'
import { bucketOf, encryptionOf, store } from './objects.ts'
import { crc32Text, readPayload } from './payload.ts'
import type { S3Request } from './request.ts'
import type { DoubleObject, DoublePart, DoubleUpload, State } from './state.ts'

const mostParts = 10_000

export function createUpload(request: S3Request, state: State): Answer {
  bucketOf(request, state)
  const { bucket, key, headers } = request
  const uploadId = randomBytes(16).toString('hex')
  const properties = propertiesOf(request, state)
  state.uploads.set(uploadId, {
    bucket,
    key,
    initiatedAt: state.now(),
    properties,
    parts: new Map(),
    checksumAlgorithm: headers['x-amz-checksum-algorithm'],
    checksumType: headers['x-amz-checksum-type'],
  })
  const fields = [element('Bucket', bucket), element('Key', key), element('UploadId', uploadId)]
  return {
    headers: encryptionOf(properties),
    body: document(element('InitiateMultipartUploadResult', fields)),
  }
}

export async function uploadPart(request: S3Request, state: State): Promise<Answer> {
  findUpload(request, state)
  const number = Number(request.query.get('partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > mostParts) {
    throw new S3Refusal(
      400,
      'InvalidArgument',
      'Part number must be an integer between 1 and 10000, inclusive',
    )
  }
  const { bytes, md5, checksum } = readPayload(request)
  const blob = await state.blobs.keep(bytes)
  // It may have been aborted while the part came.
  findUpload(request, state).parts.set(number, { blob, md5, ...(checksum !== undefined && { checksum }) })
  return {
    headers: {
      etag: `"${md5.toString('hex')}"`,
      ...(checksum !== undefined && { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value }),
    },
  }
}

export async function completeUpload(request: S3Request, state: State): Promise<Answer> {
  const upload = findUpload(request, state)
  const parts = chosenParts(request.body.toString(), upload, state)
  const blob = joined(parts.map((part) => part.blob))
  const md5s = createHash('md5').update(Buffer.concat(parts.map((part) => part.md5)))
  const checksum = state.ignores.has('checksum') ? undefined : await checksumOfWhole(upload, parts)
  // Only one of two that complete at the same time gets past here.
  findUpload(request, state)
  const object: DoubleObject = {
    blob,
    etag: `"${md5s.digest('hex')}-${parts.length}"`,
    modifiedAt: state.now(),
    properties: upload.properties,
    ...(checksum !== undefined && { checksum }),
  }
  store(request, state, object)
  state.uploads.delete(request.query.get('uploadId') ?? '')
  const fields = [element('Bucket', upload.bucket), element('Key', upload.key), element('ETag', object.etag)]
  return { body: document(element('CompleteMultipartUploadResult', fields)) }
}

export function abortUpload(request: S3Request, state: State): Answer {
  findUpload(request, state)
  state.uploads.delete(request.query.get('uploadId') ?? '')
  return { status: 204 }
}

function findUpload(request: S3Request, state: State): DoubleUpload {
  bucketOf(request, state)
  const upload = state.uploads.get(request.query.get('uploadId') ?? '')
  if (upload !== undefined && upload.bucket === request.bucket && upload.key === request.key) return upload
  throw new S3Refusal(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  )
}

function chosenParts(xml: string, { parts }: DoubleUpload, { leastPartBytes }: State): DoublePart[] {
  const chosen = [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, fields = '']) => ({
    number: Number(/<PartNumber>(\d+)</.exec(fields)?.[1]),
    etag: /<ETag>(.*?)</.exec(fields)?.[1]?.replaceAll('&quot;', '').replaceAll('"', ''),
    crc32: /<ChecksumCRC32>(.*?)</.exec(fields)?.[1],
  }))
  if (chosen.length === 0)
    throw new S3Refusal(400, 'MalformedXML', 'The XML you provided was not well-formed')
  if (chosen.some(({ number }, index) => index > 0 && number <= (chosen[index - 1]?.number ?? 0))) {
    throw new S3Refusal(400, 'InvalidPartOrder', 'The list of parts was not in ascending order')
  }
  return chosen.map(({ number, etag, crc32: told }, index) => {
    const part = parts.get(number)
    const isRight = part !== undefined && part.md5.toString('hex') === etag
    if (!isRight || (told !== undefined && told !== part.checksum?.value)) {
      throw new S3Refusal(400, 'InvalidPart', `Part ${number} could not be found or is another`)
    }
    if (index < chosen.length - 1 && part.blob.length < leastPartBytes) {
      throw new S3Refusal(
        400,
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
      )
    }
    return part
  })
}

async function checksumOfWhole(
  { checksumAlgorithm, checksumType }: DoubleUpload,
  parts: readonly DoublePart[],
): Promise<DoubleObject['checksum']> {
  if (checksumAlgorithm === 'CRC32' && checksumType === 'FULL_OBJECT') {
    let value = 0
    for (const { blob } of parts) for await (const chunk of bytesOf(blob)) value = crc32(chunk, value)
    return { algorithm: 'crc32', value: crc32Text(value), type: 'FULL_OBJECT' }
  }
  if (checksumAlgorithm !== 'SHA256') return undefined
  const digests = parts.map(({ checksum }) => Buffer.from(checksum?.value ?? '', 'base64'))
  const value = createHash('sha256').update(Buffer.concat(digests)).digest('base64')
  return { algorithm: 'sha256', value: `${value}-${parts.length}`, type: 'COMPOSITE' }
}
