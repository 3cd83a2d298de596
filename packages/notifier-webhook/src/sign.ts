import { createHmac } from 'node:crypto'
import type { Secret } from '@holdfast/plugin'

const prefix = 'whsec_'

/** True for a secret as https://www.standardwebhooks.com has it: `whsec_` and 24 to 64 bytes in base64. */
export function isSigningSecret(secret: string): boolean {
  const key = keyOf(secret)
  const isWhole = `${prefix}${key.toString('base64')}` === secret
  return isWhole && key.length >= 24 && key.length <= 64
}

/**
 * The three headers with which a receiver can tell that a body comes from somebody who knows the secret, and when.
 *
 * @param id the same for the same message when it is sent again
 */
export function signatureHeaders(id: string, at: Date, body: string, secret: Secret): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signature = createHmac('sha256', keyOf(secret.reveal()))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(prefix.length), 'base64')
}
