import type { SmtpOptions } from './options.ts'
import type { Server } from './server.ts'

/** A server's words without what it was told in confidence, should it repeat that. */
export function conceal(
  text: string,
  { server, oauth2, url }: Pick<SmtpOptions, 'oauth2' | 'url'> & { server: Server },
): string {
  const { user = oauth2?.user ?? '', password } = server
  const secrets = [
    url,
    password,
    oauth2?.accessToken,
    oauth2?.clientSecret,
    oauth2?.refreshToken,
    oauth2?.privateKey,
  ].flatMap((secret) => (secret === undefined ? [] : [secret.reveal()]))
  return secrets
    .flatMap((secret) => [secret, ...asSent(user, secret)])
    .reduce((left, secret) => left.replaceAll(secret, '[secret]'), text)
}

/** How a login puts it: AUTH LOGIN, AUTH PLAIN and XOAUTH2. */
function asSent(user: string, secret: string): string[] {
  return [secret, `\0${user}\0${secret}`, `user=${user}\u0001auth=Bearer ${secret}\u0001\u0001`].map((text) =>
    Buffer.from(text).toString('base64'),
  )
}
