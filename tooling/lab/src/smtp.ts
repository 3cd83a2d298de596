import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import type { Email } from 'postal-mime'
import type { SMTPServerOptions } from 'smtp-server'

/** Where in a conversation a mail server may do something else than accept. */
export type SmtpMoment = 'greeting' | 'login' | 'sender' | 'recipient' | 'message'

export interface SmtpRule {
  at: SmtpMoment
  /** hang: says nothing more · reset: breaks the connection · a code and a text: what it answers · afterMs: yes, but later. */
  does: 'hang' | 'reset' | { code: number; text: string } | { afterMs: number }
  /** Only for this one, where `at` is `recipient`. */
  recipient?: string
}

export interface ReceivedMail {
  /** Of the envelope. */
  from: string
  to: string[]
  /** Who had logged in. */
  user: string | undefined
  /** True when it came over TLS. */
  secure: boolean
  /** As it came. */
  raw: string
  /** As a mail client reads it. */
  mail: Email
}

export interface SmtpServer {
  host: string
  port: number
  received: ReceivedMail[]
  /** How many connections are open now. */
  open(): number
  /** How many there have ever been. */
  connected(): number
  /** What it does from now on; without rules it accepts everything. */
  behave(...rules: SmtpRule[]): void
  stop(): Promise<void>
}

export interface SmtpServerSettings {
  /** Offers STARTTLS with these; without them there is no TLS. */
  certificates?: { certificate: string; key: string }
  /** TLS from the first byte. */
  implicitTls?: boolean
  /** Nobody else gets in; for XOAUTH2 the password is the access token. Without it everybody does, and can't log in. */
  login?: { user: string; password: string }
}

/** A mail server on the loopback address that keeps what it gets. */
export async function startSmtp(settings: SmtpServerSettings = {}): Promise<SmtpServer> {
  const { default: PostalMime } = await import('postal-mime')
  const { SMTPServer } = await import('smtp-server')
  const received: ReceivedMail[] = []
  const sockets = new Set<Socket>()
  let rules: readonly SmtpRule[] = []
  let connected = 0
  const server = new SMTPServer({ ...transportOf(settings), ...conversation() })
  // A client that does not trust the certificate, or goes away, is no error of the test.
  server.on('error', () => undefined)
  server.server.on('connection', (socket: Socket) => {
    connected += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo

  return {
    host: '127.0.0.1',
    port,
    received,
    open: () => sockets.size,
    connected: () => connected,
    behave: (...next) => {
      rules = next
    },
    stop: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(resolve)
      for (const socket of sockets) socket.destroy()
      await promise
    },
  }

  /** Goes on as the rules say: not at all, with an answer, or with what comes next. */
  function answer(at: SmtpMoment, go: (error?: Error | null) => void, recipient?: string): void {
    const rule = rules.find((one) => one.at === at && (one.recipient ?? recipient) === recipient)
    const does = rule?.does
    if (does === undefined) go()
    else if (does === 'reset') for (const socket of sockets) socket.resetAndDestroy()
    else if (does === 'hang') return
    else if ('afterMs' in does) setTimeout(go, does.afterMs)
    else go(Object.assign(new Error(does.text), { responseCode: does.code }))
  }

  function conversation(): SMTPServerOptions {
    return {
      onConnect: (_session, go) => answer('greeting', go),
      onAuth: ({ username, password, accessToken }, _session, go) => {
        answer('login', (error) => {
          if (error) return go(error)
          const { login } = settings
          const isRight = username === login?.user && (password ?? accessToken) === login?.password
          return isRight
            ? go(null, { user: username })
            : go(Object.assign(new Error('5.7.8 Authentication failed'), { responseCode: 535 }))
        })
      },
      onMailFrom: (_address, _session, go) => answer('sender', go),
      onRcptTo: ({ address }, _session, go) => answer('recipient', go, address),
      onData: (stream, session, go) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.once('end', () => {
          answer('message', (error) => {
            if (error) return go(error)
            const raw = Buffer.concat(chunks).toString()
            const { mailFrom, rcptTo } = session.envelope
            return void PostalMime.parse(raw).then((mail) => {
              received.push({
                from: mailFrom === false ? '' : mailFrom.address,
                to: rcptTo.map(({ address }) => address),
                user: userOf(session.user),
                secure: session.secure,
                raw,
                mail,
              })
              go()
            }, go)
          })
        })
      },
    }
  }
}

function transportOf({ certificates, implicitTls = false, login }: SmtpServerSettings): SMTPServerOptions {
  return {
    logger: false,
    disableReverseLookup: true,
    authOptional: login === undefined,
    authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    // On this machine a password may travel in the clear.
    allowInsecureAuth: true,
    secure: implicitTls,
    closeTimeout: 100,
    disabledCommands: [
      ...(login === undefined ? ['AUTH'] : []),
      ...(certificates === undefined ? ['STARTTLS'] : []),
    ],
    ...(certificates !== undefined && { key: certificates.key, cert: certificates.certificate }),
  }
}

function userOf(user: unknown): string | undefined {
  return typeof user === 'string' ? user : undefined
}
