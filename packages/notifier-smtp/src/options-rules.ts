import type { OAuth2Options, SmtpOptions } from './options.ts'
import { isLoopback, serverOf } from './server.ts'

interface Problem {
  path: string[]
  message: string
}

/** What is wrong with options that are right one by one. */
export function findProblems(options: SmtpOptions): Problem[] {
  const { url, host, user, password, oauth2, to, cc, bcc } = options
  const problems: Problem[] = []
  const complain = (path: string, message: string): unknown => problems.push({ path: [path], message })

  if (url === undefined && host === undefined)
    complain('host', 'is missing; name the mail server here or in url')
  if (url !== undefined)
    for (const key of ['host', 'port', 'tls', 'user', 'password'] as const)
      if (options[key] !== undefined) complain(key, 'is in url already')
  if (user !== undefined && password === undefined) complain('password', 'is missing for this user')
  if (user === undefined && password !== undefined) complain('user', 'is missing for this password')
  if (oauth2 !== undefined) {
    if (user !== undefined) complain('user', 'must not stand beside oauth2, which has its own')
    if (!canGetToken(oauth2))
      complain(
        'oauth2',
        'needs accessToken, or clientId, clientSecret and refreshToken, or serviceClient and privateKey',
      )
  }
  if (to.length + cc.length + bcc.length === 0) complain('to', 'must name somebody')
  if (problems.length === 0 && sendsPasswordInTheClear(options))
    complain('tls', 'must not be none with a password, except on this machine itself')
  return problems
}

function canGetToken({ accessToken, clientId, clientSecret, refreshToken, ...rest }: OAuth2Options): boolean {
  return (
    accessToken !== undefined ||
    (clientId !== undefined && clientSecret !== undefined && refreshToken !== undefined) ||
    (rest.serviceClient !== undefined && rest.privateKey !== undefined)
  )
}

function sendsPasswordInTheClear(options: SmtpOptions): boolean {
  const { host, tls, user } = serverOf(options)
  return tls === 'none' && (user !== undefined || options.oauth2 !== undefined) && !isLoopback(host)
}
