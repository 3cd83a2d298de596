import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, bodyOf, json, Refusal, refusalAnswer, send, startOf } from './gcs/answers.ts'
import type { GcsFault, GcsFaultEffect, GcsRequest } from './gcs/faults.ts'
import { createObjects, type GcsAttributes, type GcsObject } from './gcs/objects.ts'
import { type Route, routeOf } from './gcs/routes.ts'
import { createService } from './gcs/service.ts'
import { createUploads } from './gcs/uploads.ts'
import { createWaitingFaults } from './waiting-faults.ts'

export interface GcsDoubleOptions {
  /** The one bucket that there is. Default `backups`. */
  bucket?: string
  /** How many objects a page of a listing has at most. Default 1000. */
  pageObjects?: number
  /** Requests need a token that this double gave, but for those that go on with an upload. Default false. */
  authenticated?: boolean
  /** How long a token is good for, in seconds. Default 3600. */
  tokenSeconds?: number
  /** What the caller may do, as `storage.objects.create`. Default everything. */
  permissions?: readonly string[]
  /** What is taken and forgotten without a word. */
  ignores?: readonly (keyof GcsAttributes)[]
}

/** A Cloud Storage of one bucket, in this process and its temporary directory. */
export interface GcsDouble {
  /** What to give as apiEndpoint. */
  endpoint: string
  bucket: string
  /** Gives tokens to whoever asks, in the protocol of security token services. */
  tokenUrl: string
  readonly objects: ReadonlyMap<string, GcsObject>
  /** Everything that was asked for, in order. */
  readonly requests: readonly GcsRequest[]
  contentOf: (name: string) => Promise<Buffer>
  /** Puts an object there as somebody else would. */
  putForeign: (name: string, bytes: Buffer) => void
  /** Names of what is being uploaded, and neither finished nor cancelled. */
  openUploads: () => string[]
  addFault: (fault: GcsFault) => void
  clearFaults: () => void
  /** Makes every token so far invalid. */
  expireTokens: () => void
  /** Changes what is stored, without anybody noticing. */
  damage: (name: string, change: (bytes: Buffer) => Buffer) => void
  close: () => Promise<void>
}

export async function startGcsDouble({
  bucket = 'backups',
  pageObjects = 1000,
  authenticated = false,
  tokenSeconds = 3600,
  permissions,
  ignores = [],
}: GcsDoubleOptions = {}): Promise<GcsDouble> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-gcs-'))
  const objects = createObjects(directory)
  const uploads = createUploads(objects)
  const faults = createWaitingFaults<GcsFault, GcsRequest>(
    ({ on, when }, request) => on === request.kind && (when?.(request) ?? true),
  )
  const requests: GcsRequest[] = []
  const tokens = new Set<string>()
  const serve = createService(objects, uploads, { bucket, pageObjects, permissions, ignores })

  const giveToken = (): Answer => {
    const token = `ya29.${randomBytes(24).toString('base64url')}`
    tokens.add(token)
    return json(200, {
      access_token: token,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: tokenSeconds,
    })
  }

  function verifyToken({ kind }: Route, { headers }: IncomingMessage): void {
    const goesOn = ['chunk', 'commit', 'probe', 'cancel'].includes(kind)
    if (!authenticated || goesOn || tokens.has(headers.authorization?.replace('Bearer ', '') ?? '')) return
    throw new Refusal(401, 'authError', 'Invalid Credentials')
  }

  async function answerTo(route: Route, request: IncomingMessage): Promise<Answer> {
    if (route.kind === 'token') return giveToken()
    // Read first, so that what happens to the object then happens in one step.
    const chunk = route.kind === 'chunk' || route.kind === 'commit' ? await bodyOf(request) : Buffer.alloc(0)
    verifyToken(route, request)
    const urlOf = (id: string): string =>
      `${endpoint}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${id}`
    return serve(route, request, chunk, urlOf)
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let route: Route | undefined
    let effect: GcsFaultEffect | undefined
    let answer: Answer
    try {
      route = routeOf(request)
      const { kind, name, uploadId } = route
      const seen: GcsRequest = {
        kind,
        name: name ?? uploads.all.get(uploadId ?? '')?.name,
        contentRange: request.headers['content-range'],
        range: request.headers.range,
        authorization: request.headers.authorization,
      }
      requests.push(seen)
      effect = faults.next(seen)?.effect
      if (effect === 'blackHole') return
      if (effect === 'reset') {
        request.socket.destroy()
        return
      }
      if (effect === 'cut' && kind !== 'read') return await cutOff(route, request)
      if (typeof effect === 'object') {
        await bodyOf(request)
        const { status, reason = 'backendError', message = 'Backend Error', body, headers } = effect
        const faulty =
          body === undefined ? refusalAnswer(new Refusal(status, reason, message), false) : json(status, body)
        send(response, { ...faulty, headers: { ...faulty.headers, ...headers } })
        return
      }
      answer = await answerTo(route, request)
    } catch (error) {
      // A caller that went away.
      if (request.destroyed && !request.complete) return
      const refusal =
        error instanceof Refusal ? error : new Refusal(500, 'internalError', (error as Error).message)
      answer = refusalAnswer(refusal, route?.kind === 'read')
      request.resume()
    }
    if (effect === 'lostAnswer') request.socket.destroy()
    else {
      const how = { cut: effect === 'cut', stall: effect === 'stall', flip: effect === 'flip' }
      send(response, lying(answer, effect), how)
    }
  }

  async function cutOff({ uploadId = '' }: Route, request: IncomingMessage): Promise<void> {
    const half = Math.floor(Number(request.headers['content-length'] ?? 0) / 2)
    const bytes = await startOf(request, half)
    uploads.keepPart(uploads.find(uploadId), request.headers['content-range'] ?? '', bytes)
    request.socket.destroy()
  }

  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    endpoint,
    bucket,
    tokenUrl: `${endpoint}/token`,
    objects: objects.all,
    requests,
    contentOf: async (name) => {
      const object = objects.all.get(name)
      if (object === undefined) throw new Error(`there is no ${name}`)
      return readFile(object.path)
    },
    putForeign: (name, bytes) => {
      const draft = objects.newDraft()
      objects.append(draft, bytes)
      objects.publish(name, draft, {})
    },
    openUploads: () =>
      [...uploads.all.values()]
        .filter(({ finished, cancelled }) => finished === undefined && !cancelled)
        .map(({ name }) => name),
    addFault: faults.add,
    clearFaults: faults.clear,
    expireTokens: () => tokens.clear(),
    damage: objects.damage,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      await rm(directory, { recursive: true })
    },
  }
}

/** An answer that tells of another object than there is. */
function lying(answer: Answer, effect: GcsFaultEffect | undefined): Answer {
  const { body, headers } = answer
  if (effect !== 'wrongChecksum' && effect !== 'wrongLength') return answer
  if (effect === 'wrongChecksum' && headers?.['x-goog-hash'] !== undefined)
    return { ...answer, headers: { ...headers, 'x-goog-hash': 'crc32c=AAAAAA==' } }
  if (body === undefined) return answer
  const resource = JSON.parse(body) as { size?: string }
  const lie =
    effect === 'wrongChecksum' ? { crc32c: 'AAAAAA==' } : { size: String(Number(resource.size ?? 0) + 1) }
  return { ...answer, body: JSON.stringify({ ...resource, ...lie }) }
}
