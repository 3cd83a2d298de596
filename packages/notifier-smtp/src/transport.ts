import { readFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { getCACertificates } from 'node:tls'
import { HoldfastError } from '@holdfast/plugin'
import type { SMTPSentMessageInfo, SMTPTransportOptions, Transporter } from 'nodemailer'
import type { OAuth2Options, SmtpOptions } from './options.ts'
import type { Server } from './server.ts'

/** The options, with the server that they mean and an absolute path. */
export interface Settings extends SmtpOptions {
  server: Server
}

/**
 * Runs the work with a transport for one connection, which ends when the signal aborts. nodemailer can't be told to
 * give up a check, and ends a connection politely, so the socket is ours.
 */
export async function withTransport<T>(
  settings: Settings,
  signal: AbortSignal,
  work: (transport: Transporter<SMTPSentMessageInfo>) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const { createTransport } = await import('nodemailer')
  const ca = settings.caFile === undefined ? undefined : await authorities(settings.caFile)
  signal.throwIfAborted()
  const socket = new Socket()
  const transport = createTransport({ ...transportOptions(settings, ca), socket })
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const giveUp = (): void => {
    socket.destroy()
    reject(signal.reason as Error)
  }
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([work(transport), aborted])
  } finally {
    signal.removeEventListener('abort', giveUp)
    transport.close()
  }
}

function transportOptions(settings: Settings, ca: string[] | undefined): SMTPTransportOptions {
  const { server, oauth2, connectTimeoutMs, answerTimeoutMs } = settings
  const { host, port, tls, user, password } = server
  const hasLogin = oauth2 !== undefined || user !== undefined
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    dnsTimeout: connectTimeoutMs,
    socketTimeout: answerTimeoutMs,
    // Otherwise a server that offers no login would get the message without one.
    forceAuth: hasLogin,
    ...(hasLogin && {
      auth: oauth2 === undefined ? { user, pass: password?.reveal() } : oauth2Login(oauth2, answerTimeoutMs),
    }),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function oauth2Login(oauth2: OAuth2Options, answerTimeoutMs: number): SMTPTransportOptions['auth'] {
  const { user, accessToken, clientId, clientSecret, refreshToken, accessUrl, serviceClient, privateKey } =
    oauth2
  return {
    type: 'OAuth2',
    user,
    accessToken: accessToken?.reveal(),
    clientId,
    clientSecret: clientSecret?.reveal(),
    refreshToken: refreshToken?.reveal(),
    accessUrl,
    serviceClient,
    privateKey: privateKey?.reveal(),
    requestTimeout: answerTimeoutMs,
  }
}

async function authorities(caFile: string): Promise<string[]> {
  try {
    return [...getCACertificates('default'), await readFile(caFile, 'utf8')]
  } catch (error) {
    throw new HoldfastError('NOTIFY_TLS', `the certificates of ${caFile} could not be read`, {
      hint: 'Name a readable PEM file in caFile.',
      cause: error,
    })
  }
}
