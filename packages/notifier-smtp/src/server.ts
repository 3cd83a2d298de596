import { Secret } from '@holdfast/plugin'
import type { SmtpOptions, Tls } from './options.ts'

/** Where to connect, how to secure it, and who logs in. */
export interface Server {
  host: string
  port: number
  tls: Tls
  user?: string | undefined
  password?: Secret | undefined
}

const usualPort: Readonly<Record<Tls, number>> = { implicit: 465, starttls: 587, none: 25 }

/** The server that the options mean, with what they leave out. */
export function serverOf(
  options: Pick<SmtpOptions, 'url' | 'host' | 'port' | 'tls' | 'user' | 'password'>,
): Server {
  const { url, ...direct } = options
  const {
    host = 'localhost',
    port,
    tls = tlsFor(host, port),
    ...login
  } = url === undefined ? direct : inUrl(new URL(url.reveal()))
  return { ...login, host, port: port ?? usualPort[tls], tls }
}

// Nobody listens in between on one's own machine, where mail servers have certificates that nobody has signed.
function tlsFor(host: string, port: number | undefined): Tls {
  if (port === 465) return 'implicit'
  return isLoopback(host) ? 'none' : 'starttls'
}

function inUrl({ protocol, hostname, port, username, password }: URL): Partial<Server> {
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(port !== '' && { port: Number(port) }),
    ...(protocol === 'smtps:' && { tls: 'implicit' as const }),
    ...(username !== '' && { user: decodeURIComponent(username) }),
    ...(password !== '' && { password: new Secret(decodeURIComponent(password)) }),
  }
}

/** True for a URL that says what server to use, and nothing more. */
export function isServerUrl(text: string): boolean {
  try {
    const { protocol, hostname, pathname, search, hash, username, password } = new URL(text)
    decodeURIComponent(username + password)
    return (
      (protocol === 'smtp:' || protocol === 'smtps:') &&
      hostname !== '' &&
      (pathname === '' || pathname === '/') &&
      search + hash === '' &&
      (username === '') === (password === '')
    )
  } catch {
    return false
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
