import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'

export interface Outgoing {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers: Readonly<Record<string, string>>
  body?: Buffer | undefined
}

/** Nothing came or went for so long. */
export class Silence extends Error {
  override readonly name = 'Silence'

  constructor(silenceMs: number) {
    super(`nothing came for ${silenceMs} ms`)
  }
}

// What is idle keeps no process running. Proxies are those of HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
const settings = { keepAlive: true, proxyEnv: process.env }
const agents = { 'http:': new HttpAgent(settings), 'https:': new HttpsAgent(settings) }

/**
 * Sends a request and resolves as soon as the head of its answer is there. Follows no redirect. Rejects with the signal's
 * reason, with a Silence, or with an error of Node's network.
 */
export function send(
  { method, url, headers, body }: Outgoing,
  { signal, silenceMs }: { signal: AbortSignal; silenceMs: number },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const target = new URL(url)
    const isHttp = target.protocol === 'http:'
    const length = body === undefined && method === 'GET' ? {} : { 'content-length': body?.length ?? 0 }
    const options = { method, headers: { ...headers, ...length }, timeout: silenceMs, signal }
    const request = isHttp
      ? requestHttp(target, { ...options, agent: agents['http:'] }, resolve)
      : requestHttps(target, { ...options, agent: agents['https:'] }, resolve)
    request.on('timeout', () => request.destroy(new Silence(silenceMs)))
    request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error))
    request.end(body)
  })
}
