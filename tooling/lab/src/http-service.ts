import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Certificates } from './certificates.ts'

/** A request that the service has read to its end. */
export interface ReceivedRequest {
  method: string
  /** With the query. */
  path: string
  headers: Record<string, string>
  body: string
  /** The status that it was answered with, once the answer is on its way. */
  answered?: number
}

/** What the service does with a request. */
export type HttpBehaviour =
  /** Answers; at once, with 200 and an empty body if nothing else is said. */
  | { does: 'answer'; status?: number; body?: string; headers?: Record<string, string>; delayMs?: number }
  /** Reads the request and then resets the connection. */
  | { does: 'reset' }
  /** Reads the request and never answers. */
  | { does: 'hang' }
  /** Answers 200 and then never ends the body. */
  | { does: 'stall' }
  /** Answers 200 with a body that goes on for as long as somebody reads it. */
  | { does: 'flood' }

export interface HttpService {
  /** `http://127.0.0.1:port`, or https, without a slash at its end. */
  readonly url: string
  readonly received: readonly ReceivedRequest[]
  /** How many connections to it are open at this moment. */
  readonly connections: number
  /** From now on it does this, whatever it is asked. A function decides for each request. */
  behave(behaviour: HttpBehaviour | ((request: ReceivedRequest) => HttpBehaviour)): void
  /** Forgets what it has received. */
  forget(): void
  /** Ends every connection. */
  stop(): Promise<void>
}

/** Starts an HTTP server on a free port of the loopback address; with certificates it speaks TLS only. */
export async function startHttpService(certificates?: Certificates): Promise<HttpService> {
  const received: ReceivedRequest[] = []
  const stopping = new AbortController()
  let behaviour: HttpBehaviour | ((request: ReceivedRequest) => HttpBehaviour) = { does: 'answer' }
  const sockets = new Set<Socket>()

  const listener: RequestListener = (request, response) => {
    // What is wrong with a connection that the client has ended is no matter.
    void handle(request, response).catch(() => response.destroy())
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const { method = '', url = '' } = request
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    )
    const whole: ReceivedRequest = { method, path: url, headers, body }
    received.push(whole)
    response.once('finish', () => {
      whole.answered = response.statusCode
    })
    const now = typeof behaviour === 'function' ? behaviour(whole) : behaviour
    await behave(now, request, response, stopping.signal)
  }

  const server =
    certificates === undefined
      ? createServer(listener)
      : createTlsServer({ cert: certificates.certificate, key: certificates.key }, listener)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `${certificates === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    received,
    get connections() {
      return sockets.size
    },
    behave: (next) => {
      behaviour = next
    },
    forget: () => {
      received.length = 0
    },
    stop: async () => {
      stopping.abort()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function behave(
  behaviour: HttpBehaviour,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  switch (behaviour.does) {
    case 'answer':
      if (behaviour.delayMs !== undefined) await delay(behaviour.delayMs, undefined, { signal })
      response.writeHead(behaviour.status ?? 200, behaviour.headers).end(behaviour.body ?? '')
      return
    case 'reset':
      request.socket.resetAndDestroy()
      return
    case 'hang':
      return
    case 'stall':
      response.writeHead(200, { 'content-length': '1000' }).write('o')
      return
    case 'flood':
      response.writeHead(200)
      await pipeline(endless, response)
  }
}

function* endless(): Generator<Buffer> {
  const block = Buffer.alloc(65_536, 'x')
  for (;;) yield block
}
