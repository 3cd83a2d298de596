import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AcceptedMessage, NotifierService, ServiceMode } from '../case.ts'

/** A small service of our own, spoken to over HTTP: what is posted to it is a message as the suite has them. */
export interface PostOffice extends NotifierService {
  url: string
  close: () => Promise<void>
}

const answers: Readonly<Partial<Record<ServiceMode, [status: number, headers?: Record<string, string>]>>> = {
  refuse: [400],
  credentials: [401],
  unavailable: [503],
  'rate-limit': [429, { 'retry-after': '7' }],
}

export async function openPostOffice(): Promise<PostOffice> {
  let mode: ServiceMode = 'accept'
  let attempts = 0
  const accepted: AcceptedMessage[] = []

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isMessage = request.method === 'POST'
    if (isMessage) attempts += 1
    const body = await text(request)
    if (mode === 'hang') return
    if (mode === 'drop') return void request.socket.destroy()
    const [status, headers] = answers[mode] ?? [200]
    if (mode === 'slow') await sleep(300)
    if (response.destroyed) return
    if (isMessage && status === 200) accepted.push(JSON.parse(body) as AcceptedMessage)
    response.writeHead(status, headers).end()
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => {}))
  let connections = 0
  server.on('connection', (socket) => {
    connections += 1
    socket.on('close', () => (connections -= 1))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    become: (next) => (mode = next),
    accepted: () => accepted,
    attempts: () => attempts,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
