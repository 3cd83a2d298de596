import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { crc32 } from 'node:zlib'
import { type Answer, type BreakOff, give, refused } from './s3/answer.ts'
import { bytesOf, flipped, openBlobs, shortened } from './s3/blobs.ts'
import { errorDocument, S3Refusal } from './s3/errors.ts'
import type { Fault, FaultKind } from './s3/faults.ts'
import { listObjects, listUploads } from './s3/listing.ts'
import { abortUpload, completeUpload, createUpload, uploadPart } from './s3/multipart.ts'
import { bucketOf, deleteObject, getObject, headObject, putObject } from './s3/objects.ts'
import { crc32Text } from './s3/payload.ts'
import { readRequest, type S3Operation, type S3Request } from './s3/request.ts'
import { requireSignature, type S3Credentials } from './s3/signature.ts'
import type { DoubleObject, DoubleUpload, Ignorable, Refusable, State } from './s3/state.ts'
import { createWaitingFaults } from './waiting-faults.ts'

export interface S3DoubleOptions {
  bucket?: string
  region?: string
  credentials?: S3Credentials
  /** How many objects or uploads one page of a listing has. Default 1000. */
  pageObjects?: number
  /** The least size of a part that is not the last. Default 5 MiB, as in S3. */
  leastPartBytes?: number
  ignores?: readonly Ignorable[]
  refuses?: readonly Refusable[]
  /** How far the store's clock is ahead of this machine's, in milliseconds. */
  clockAheadMs?: number
  /** A key and certificate in PEM, to speak TLS. */
  tls?: { key: string; cert: string }
}

/** A strict store in this process: it checks signatures, checksums, part sizes and conditions, and fails as it is told. */
export interface S3Double {
  endpoint: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** All that it takes; a test may add others, and let these expire. */
  credentials: S3Credentials[]
  objects: Map<string, DoubleObject>
  uploads: Map<string, DoubleUpload>
  /** Every request that came, in their order, without their bodies. */
  requests: Omit<S3Request, 'body'>[]
  fail(fault: Fault): void
  /** The variables with which the AWS SDK finds it. */
  environment: Record<string, string>
  close(): Promise<void>
}

const operations: Record<S3Operation, (request: S3Request, state: State) => Answer | Promise<Answer>> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
  ListObjectsV2: listObjects,
  ListMultipartUploads: listUploads,
  HeadBucket: (request, state) => {
    bucketOf(request, state)
    return {}
  },
  Unknown: ({ method }) => {
    throw new S3Refusal(501, 'NotImplemented', `The double does not know this ${method}`)
  },
}

const someCredentials: S3Credentials = {
  accessKeyId: 'AKIADOUBLE',
  secretAccessKey: 'only-the-double-knows-this',
}

export async function startS3Double(options: S3DoubleOptions = {}): Promise<S3Double> {
  const { bucket = 'backups', region = 'us-east-1', clockAheadMs = 0, tls } = options
  const own = { ...(options.credentials ?? someCredentials) }
  const credentials = [own]
  const faults = createWaitingFaults<Fault, S3Request>((fault, request) => fault.on?.(request) ?? true)
  const requests: S3Double['requests'] = []
  const objects = new Map<string, DoubleObject>()
  const state: State = {
    buckets: new Map([[bucket, objects]]),
    uploads: new Map(),
    blobs: await openBlobs(),
    now: () => new Date(Date.now() + clockAheadMs),
    pageObjects: options.pageObjects ?? 1000,
    leastPartBytes: options.leastPartBytes ?? 5 << 20,
    ignores: new Set(options.ignores),
    refuses: new Set(options.refuses),
  }

  async function answerTo(request: S3Request, kind: FaultKind | undefined): Promise<Answer> {
    try {
      if (typeof kind === 'object') return faultAnswer(kind)
      requireSignature(request, { credentials, region, now: state.now().getTime() })
      const answer = await operations[request.operation](request, state)
      if (kind === 'shorten' || kind === 'flip') await damage(objects, request.key, kind)
      return answer
    } catch (error) {
      if (error instanceof S3Refusal) return refused(error)
      throw error
    }
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message)
    const { body: _, ...seen } = request
    requests.push(seen)
    const kind = faults.next(request)?.kind
    if (kind === 'hang') return
    if (kind === 'reset') return void message.socket.resetAndDestroy()
    const answer = await answerTo(request, kind)
    if (kind === 'lose-answer') return void message.socket.resetAndDestroy()
    const breakOff: BreakOff | undefined = kind === 'stall' || kind === 'cut' ? kind : undefined
    await give(response, answer, { isHead: request.method === 'HEAD', date: state.now(), breakOff })
  }

  const listener = (message: IncomingMessage, response: ServerResponse): void => {
    // A client that goes away in the middle is no concern of the store's.
    serve(message, response).catch(() => message.socket.destroy())
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    endpoint,
    bucket,
    region,
    accessKeyId: own.accessKeyId,
    secretAccessKey: own.secretAccessKey,
    credentials,
    objects,
    uploads: state.uploads,
    requests,
    fail: (fault) => faults.add(fault),
    environment: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: own.accessKeyId,
      AWS_SECRET_ACCESS_KEY: own.secretAccessKey,
      ...(own.sessionToken !== undefined && { AWS_SESSION_TOKEN: own.sessionToken }),
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      await state.blobs.close()
    },
  }
}

function faultAnswer(kind: Extract<FaultKind, object>): Answer {
  if ('errorIn200' in kind) {
    const { code, message = 'An error, in spite of the status' } = kind.errorIn200
    return { status: 200, body: errorDocument({ code, message, fields: {} }) }
  }
  const { status, code, message = 'As the test wants it', headers = {} } = kind.answer
  return {
    status,
    headers,
    ...(code !== undefined && { body: errorDocument({ code, message, fields: {} }) }),
  }
}

/** The store loses or changes a byte of what it holds, and computes its checksum of that. */
async function damage(
  objects: Map<string, DoubleObject>,
  key: string,
  kind: 'shorten' | 'flip',
): Promise<void> {
  const object = objects.get(key)
  if (object === undefined) return
  const first = (await bytesOf(object.blob, 0, 1).next()) as IteratorResult<Buffer, undefined>
  const blob = kind === 'shorten' ? shortened(object.blob) : flipped(object.blob, (first.value?.[0] ?? 0) ^ 1)
  const { checksum, ...others } = object
  let value = 0
  for await (const chunk of bytesOf(blob)) value = crc32(chunk, value)
  objects.set(key, {
    ...others,
    blob,
    ...(checksum?.algorithm === 'crc32' && { checksum: { ...checksum, value: crc32Text(value) } }),
  })
}
