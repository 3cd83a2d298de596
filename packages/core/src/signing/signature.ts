import { sign, verify, type KeyObject } from 'node:crypto'

/** Signs what a run publishes. */
export interface Signer {
  /** The public half, as configurations have it. */
  publicKey: string
  /** 64 bytes that belong to exactly these bytes. */
  sign(bytes: Buffer): Buffer
}

const signatureBytes = 64

export function createSigner(privateKey: KeyObject, publicKey: string): Signer {
  return { publicKey, sign: (bytes) => sign(null, bytes, privateKey) }
}

/** True where one of the keys has signed exactly these bytes. */
export function isSignedBy(keys: readonly KeyObject[], bytes: Buffer, signature: Buffer): boolean {
  return signature.length === signatureBytes && keys.some((key) => verify(null, bytes, key, signature))
}
