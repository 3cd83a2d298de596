import type { NodemailerError } from 'nodemailer'
import type { Settings } from './transport.ts'

const certificates: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by nobody but itself',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate's authority is not trusted",
  UNABLE_TO_GET_ISSUER_CERT: "its certificate's authority is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate's authority is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate's authority is not trusted",
}

/** Why the connection could not be secured; undefined where it failed for another reason. */
export function tlsTrouble({ code, originalCode = '', responseCode }: NodemailerError): string | undefined {
  const known = certificates[originalCode]
  if (known !== undefined) return known
  if (originalCode === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'what answers there does not begin with TLS'
  if (/^(?:ERR_SSL_|ERR_TLS_|CERT_|EPROTO$)/.test(originalCode)) return `TLS failed (${originalCode})`
  if (code !== 'ETLS' && code !== 'EREQUIRETLS') return undefined
  return responseCode === undefined ? 'TLS failed' : `the server offers no STARTTLS (${responseCode})`
}

/** What to do about it. */
export function tlsHint({ originalCode = '', responseCode }: NodemailerError, { server }: Settings): string {
  if (originalCode === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return 'Port 587 and port 25 want tls: starttls, port 465 wants tls: implicit.'
  if (responseCode !== undefined)
    return 'Use the port that has TLS: 587 for STARTTLS, or 465 with tls: implicit.'
  return originalCode === 'ERR_TLS_CERT_ALTNAME_INVALID'
    ? `Name the server as its certificate does, in place of ${server.host}.`
    : 'For a certificate authority of your own, name its certificate in caFile.'
}
