import type { Encrypter } from 'age-encryption'
import { damage } from '../damage.ts'
import { loadAge } from './library.ts'

/** How every age file begins. */
export const magic: Buffer = Buffer.from('age-encryption.org/v1\n')

/** Room for thousands of recipients; what has no end before that is no header. */
const maxHeaderBytes = 1 << 20

/** The start of one age file, and the key of what follows it. */
export interface AgeHeader {
  bytes: Buffer
  /** Never leaves the memory of this process. */
  fileKey: Uint8Array
}

/**
 * Makes the header of one new file and its key, for those whom `add` names to the library. The library writes whole
 * files only, in JavaScript: it gets an empty one to write, of which the header is kept, and shows the key to a recipient
 * that asks for no stanza.
 */
export async function createHeader(add: (encrypter: Encrypter) => void | Promise<void>): Promise<AgeHeader> {
  const age = await loadAge()
  const encrypter = new age.Encrypter()
  let fileKey = new Uint8Array(0)
  encrypter.addRecipient({
    wrapFileKey: (key) => {
      fileKey = Uint8Array.from(key)
      return []
    },
  })
  await add(encrypter)
  const file = Buffer.from(await encrypter.encrypt(new Uint8Array(0)))
  return { bytes: file.subarray(0, headerEnd(file)), fileKey }
}

/** Where a header ends, or undefined where it does not end in these bytes. */
export function headerEnd(start: Buffer): number | undefined {
  const last = start.indexOf('\n--- ')
  const end = last === -1 ? -1 : start.indexOf('\n', last + 1)
  if (end !== -1 && end < maxHeaderBytes) return end + 1
  if (start.length < maxHeaderBytes) return undefined
  throw damage(`the age header has no end within ${maxHeaderBytes} bytes`)
}
