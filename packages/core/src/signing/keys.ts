import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { HoldfastError } from '@holdfast/plugin'

/** The two ways of writing a public key: PEM, or the base64 line inside of it. */
const base64Line = /^[A-Za-z0-9+/]{59}=$/

/** An Ed25519 public key from PEM or from the line of base64 in it; undefined where the text is none. */
export function parsePublicKey(text: string): KeyObject | undefined {
  const trimmed = text.trim()
  // Node would make a public key out of a private one as well.
  if (/PRIVATE KEY/.test(trimmed)) return undefined
  try {
    const key = base64Line.test(trimmed)
      ? createPublicKey({ key: Buffer.from(trimmed, 'base64'), format: 'der', type: 'spki' })
      : createPublicKey(trimmed)
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}

/** Why a text is not a public key, as the end of a sentence that never repeats it. */
export function publicKeyProblem(text: string): string | undefined {
  if (parsePublicKey(text) !== undefined) return undefined
  if (/PRIVATE KEY/.test(text)) return 'is a private key; the public one of the pair belongs here'
  if (/^age1|^AGE-SECRET-KEY-/i.test(text))
    return 'is an age key, which can not sign; make a pair with holdfast keygen --signing'
  if (text.startsWith('-----BEGIN')) return 'is not an Ed25519 public key'
  if (/[\\]|\.[a-z]+$/.test(text)) return 'looks like a file; write ${file:PATH} to take the key from one'
  return 'is not an Ed25519 public key: PEM, or the line of base64 in it'
}

/** An Ed25519 private key in PEM. CONFIG_KEY_INVALID where the text is none; the text is never repeated. */
export function parsePrivateKey(text: string, path: string): KeyObject {
  const invalid = (what: string, cause?: unknown): HoldfastError =>
    new HoldfastError('CONFIG_KEY_INVALID', `${path} ${what}`, {
      hint: 'holdfast keygen --signing makes a pair; openssl genpkey -algorithm ed25519 makes such a key too.',
      cause,
    })
  if (/PUBLIC KEY/.test(text))
    throw invalid('is a public key; to sign, the private one of the pair is needed')
  let key: KeyObject
  try {
    key = createPrivateKey(text)
  } catch {
    throw invalid('is not a private key in PEM without a passphrase')
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw invalid(`is a key for ${key.asymmetricKeyType}, not for Ed25519`)
  return key
}

/** The public half as it is written into configurations: one line of base64. */
export function publicKeyText(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
}
