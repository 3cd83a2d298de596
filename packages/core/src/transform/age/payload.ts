import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'

// The part of an age file behind its header: a nonce of 16 bytes, then chunks of 64 KiB, each with a tag of its own
// that also says which chunk it is and whether it is the last (https://age-encryption.org/v1).

const cipherName = 'chacha20-poly1305'

export const nonceBytes = 16
export const tagBytes = 16
/** The raw bytes in a chunk; only the last one may have fewer, and none at all only where it is the first as well. */
export const chunkBytes: number = 64 * 1024
export const storedChunkBytes: number = chunkBytes + tagBytes

/** The key of one file's chunks. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32))
}

/** Chunks are numbered from 0. The last byte tells the last one. */
function chunkNonce(chunk: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(chunk, 5, 6)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

export interface SealedChunk {
  /** As long as what was sealed. Nobody else holds it. */
  bytes: Buffer
  tag: Buffer
}

export function sealChunk(key: Buffer, chunk: number, isLast: boolean, raw: Buffer): SealedChunk {
  const cipher = createCipheriv(cipherName, key, chunkNonce(chunk, isLast), { authTagLength: tagBytes })
  const bytes = cipher.update(raw)
  cipher.final()
  return { bytes, tag: cipher.getAuthTag() }
}

/** The raw bytes, or undefined where the chunk is not the one that was written in this place. */
export function openChunk(key: Buffer, chunk: number, isLast: boolean, stored: Buffer): Buffer | undefined {
  const end = stored.length - tagBytes
  if (end < 0) return undefined
  const decipher = createDecipheriv(cipherName, key, chunkNonce(chunk, isLast), { authTagLength: tagBytes })
  decipher.setAuthTag(stored.subarray(end))
  const raw = decipher.update(stored.subarray(0, end))
  try {
    decipher.final()
    return raw
  } catch {
    return undefined
  }
}
