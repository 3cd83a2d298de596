import { createCipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import type { Recipient } from 'age-encryption'
import { loadAge } from './library.ts'

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt)

/** 2 to the power of this is what a guess costs; age itself uses the same. Takes 256 MiB for about a second. */
const workFactor = 18
const label = Buffer.from('age-encryption.org/v1/scrypt')

/**
 * Whoever knows the passphrase, as https://age-encryption.org/v1 has it. The library's own does the work in
 * JavaScript, stops everything else for as long as that takes, and can't stand beside one that shows the file key.
 */
export function passphraseRecipient(passphrase: string): Recipient {
  return {
    wrapFileKey: async (fileKey) => {
      const { Stanza } = await loadAge()
      const salt = randomBytes(16)
      const cost = { N: 2 ** workFactor, r: 8, p: 1, maxmem: 2 ** 30 }
      const key = await derive(passphrase, Buffer.concat([label, salt]), 32, cost)
      const cipher = createCipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 })
      const wrapped = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
      const saltText = salt.toString('base64').replace(/=+$/, '')
      return [new Stanza(['scrypt', saltText, String(workFactor)], wrapped)]
    },
  }
}
