import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** Passes connections on to a server, until it is told not to. */
export interface Proxy {
  /** http://127.0.0.1:port, in place of the server's. */
  endpoint: string
  /** How much clients have sent, in bytes. */
  sentBytes(): number
  /** From now on nothing moves in either direction, in old connections and in new ones, which are accepted all the same. */
  freeze(): void
  /** Cuts every frozen connection, and passes new ones on again. */
  thaw(): void
  stop(): Promise<void>
}

/** Starts one on a free port of the loopback address, before the server at an http:// endpoint. */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let frozen = false
  let sentBytes = 0

  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }
  const server = createServer((client) => {
    keep(client)
    if (frozen) return void client.pause()
    const upstream = keep(connect(Number(port), hostname))
    client.on('data', (chunk) => (sentBytes += chunk.length))
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sentBytes: () => sentBytes,
    freeze() {
      frozen = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    thaw() {
      frozen = false
      for (const socket of sockets) socket.destroy()
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
