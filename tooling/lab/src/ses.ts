import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo, Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Email } from 'postal-mime'
import { freePort } from './port.ts'

/** What SES does with whatever it is asked; undefined: its work. */
export type SesBehaviour =
  | { does: 'hang' }
  | { does: 'reset' }
  | { does: 'work'; afterMs: number }
  /** `error` is its name, such as `MessageRejected`. */
  | { does: 'refuse'; status: number; error: string; message: string; headers?: Record<string, string> }

export interface SentMail {
  /** As the request has them, hidden ones among them. */
  recipients: string[]
  configurationSet: string | undefined
  identityArn: string | undefined
  /** As a mail client reads it. */
  mail: Email
}

export interface SesService {
  url: string
  /** What the emulator accepted. */
  sent: SentMail[]
  behave(behaviour?: SesBehaviour): void
  /** How many requests there were. */
  requests(): number
  /** How many connections are open now. */
  open(): number
  stop(): Promise<void>
}

interface SendRequest {
  Content: { Raw: { Data: string } }
  Destination: { ToAddresses: string[] }
  ConfigurationSetName?: string
  FromEmailAddressIdentityArn?: string
}

const account = {
  SendingEnabled: true,
  ProductionAccessEnabled: false,
  SendQuota: { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 3 },
}

/** An emulator of SES on the loopback address, behind a door where things can go wrong. */
export async function startSes(): Promise<SesService> {
  const port = await freePort()
  const emulator = await startEmulator(port)
  const sent: SentMail[] = []
  const sockets = new Set<Socket>()
  let behaviour: SesBehaviour | undefined
  let requests = 0

  const door = createServer((request, response) => {
    requests += 1
    answer(request, response).catch(() => response.destroy())
  })
  door.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')

  return {
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    sent,
    behave: (next) => {
      behaviour = next
    },
    requests: () => requests,
    open: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      door.close()
      emulator.closeAllConnections()
      emulator.close()
      await Promise.all([once(door, 'close'), once(emulator, 'close')])
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const now = behaviour
    if (now?.does === 'hang') return
    if (now?.does === 'reset') {
      request.socket.resetAndDestroy()
      return
    }
    if (now?.does === 'refuse') {
      request.resume()
      response.writeHead(now.status, { ...now.headers, 'x-amzn-errortype': now.error })
      response.end(JSON.stringify({ message: now.message }))
      return
    }
    if (request.method === 'GET' && request.url === '/v2/email/account') {
      response.end(JSON.stringify(account))
      return
    }
    const body = (await json(request)) as SendRequest
    if (now !== undefined) await new Promise((resolve) => setTimeout(resolve, now.afterMs))
    const forwarded = await fetch(`http://127.0.0.1:${port}${request.url}`, {
      method: request.method ?? 'POST',
      headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await forwarded.text()
    if (forwarded.ok) sent.push(await sentMail(body))
    response.writeHead(forwarded.status, { 'content-type': 'application/json' })
    response.end(text)
  }
}

// A CommonJS package with a default export, which Node and Vitest would import differently.
async function startEmulator(port: number): Promise<Server> {
  const { default: start } = createRequire(import.meta.url)(
    'aws-ses-v2-local',
  ) as typeof import('aws-ses-v2-local')
  return start({ host: '127.0.0.1', port })
}

async function sentMail({ Content, Destination, ...rest }: SendRequest): Promise<SentMail> {
  const { default: PostalMime } = await import('postal-mime')
  return {
    recipients: Destination.ToAddresses,
    configurationSet: rest.ConfigurationSetName,
    identityArn: rest.FromEmailAddressIdentityArn,
    mail: await PostalMime.parse(Buffer.from(Content.Raw.Data, 'base64')),
  }
}
