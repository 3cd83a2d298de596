import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { decryptAge } from './decrypt.ts'
import { encryptAge } from './encrypt.ts'
import { createHeader } from './header.ts'
import { loadAge } from './library.ts'
import { unlockWith, type Unlock } from './unlock.ts'

export interface Pair {
  identity: string
  recipient: string
  unlock: Unlock
}

export async function newPair(): Promise<Pair> {
  const { generateX25519Identity, identityToRecipient } = await loadAge()
  const identity = await generateX25519Identity()
  const unlock = unlockWith({ identities: [identity], passphrases: [] })
  return { identity, recipient: await identityToRecipient(identity), unlock }
}

/** An age file of these bytes, which come in pieces of these sizes in turn. */
export async function encrypted(
  raw: Buffer,
  recipients: readonly string[],
  sizes: readonly number[] = [raw.length || 1],
): Promise<Buffer> {
  const header = await createHeader((encrypter) => {
    for (const recipient of recipients) encrypter.addRecipient(recipient)
  })
  return buffer(encryptAge(header, inPieces(raw, sizes)))
}

/** What decryption makes of it: the bytes, or the error. */
export function decrypted(
  stored: Buffer,
  unlock: Unlock,
  sizes: readonly number[] = [stored.length || 1],
): Promise<Buffer | Error> {
  return buffer(decryptAge(unlock, inPieces(stored, sizes))).catch((error: unknown) => error as Error)
}

/** Copies, since what is read may be freed. */
function inPieces(whole: Buffer, sizes: readonly number[]): Readable {
  function* pieces(): Generator<Buffer> {
    for (let at = 0, turn = 0; at < whole.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1
      yield Buffer.from(whole.subarray(at, at + size))
      at += size
    }
  }
  return Readable.from(pieces(), { objectMode: false })
}
