import { generateKeyPairSync } from 'node:crypto'
import { Secret } from '@holdfast/plugin'
import { publicKeyText } from './signing/keys.ts'
import { loadAge } from './transform/age/library.ts'

/** An age key: what reads backups, and whom they are encrypted to. */
export interface NewIdentity {
  /** `AGE-SECRET-KEY-1…` */
  identity: Secret
  /** `age1…` */
  recipient: string
}

export async function newIdentity(): Promise<NewIdentity> {
  const { generateX25519Identity, identityToRecipient } = await loadAge()
  const identity = await generateX25519Identity()
  return { identity: new Secret(identity), recipient: await identityToRecipient(identity) }
}

/** An Ed25519 pair: what signs manifests, and what checks them. */
export interface NewSigningKeys {
  /** PEM, as openssl reads it. */
  privateKey: Secret
  publicKey: string
  /** The public key in one line of base64, as configurations have it. */
  publicKeyText: string
}

export function newSigningKeys(): NewSigningKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    privateKey: new Secret(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    publicKeyText: publicKeyText(publicKey),
  }
}
