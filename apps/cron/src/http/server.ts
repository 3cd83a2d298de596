import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HoldfastError } from '@holdfast/plugin'

export interface Page {
  status: number
  contentType: string
  body: string
}

export interface Pages {
  '/healthz': () => Page
  '/readyz': () => Promise<Page>
  '/metrics': () => Promise<Page>
}

export interface PagesServer {
  /** With the port that was found, where 0 was asked for. */
  url: string
  /** Answers nothing any more; what hangs on is cut off. */
  close(): Promise<void>
}

/** Whoever asks does so in one short request. */
const requestTimeoutMs = 10_000

/** Serves pages to monitoring; rejects with USAGE_INVALID where the address can not be had. */
export async function servePages(
  pages: Pages,
  { host, port, onError }: { host: string; port: number; onError: (error: unknown) => void },
): Promise<PagesServer> {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    answer(pages, request, response).catch((error: unknown) => {
      onError(error)
      if (!response.headersSent) send(response, text(500, 'an error that was logged\n'))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(unavailable({ host, port }, cause)))
    server.listen(port, host, resolve)
  })
  server.on('error', onError)
  const { address, family, port: found } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${found}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    return send(response, text(405, 'only GET and HEAD\n'))
  }
  if (!Object.hasOwn(pages, pathname)) {
    return send(response, text(404, `there are ${Object.keys(pages).join(', ')}\n`))
  }
  send(response, await pages[pathname as keyof Pages]())
}

export function text(status: number, body: string): Page {
  return { status, contentType: 'text/plain; charset=utf-8', body }
}

function send(response: ServerResponse, { status, contentType, body }: Page): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(body)
}

function unavailable(
  { host, port }: { host: string; port: number },
  cause: NodeJS.ErrnoException,
): HoldfastError {
  const why = cause.code === 'EADDRINUSE' ? 'is used by another program' : `can not be had: ${cause.message}`
  return new HoldfastError('USAGE_INVALID', `the address ${host}:${port} ${why}`, {
    hint: 'Choose another one with --host and --port.',
    cause,
  })
}
