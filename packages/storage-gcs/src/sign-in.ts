import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Storage } from '@google-cloud/storage'
import { HoldfastError } from '@holdfast/plugin'
import { readCredentials } from './credentials.ts'
import type { GcsOptions } from './options.ts'

/** Who asks. */
export interface SignIn {
  /** What a request has to carry. Rejects with an error of Google's library, or of the family. */
  headers: (url: string) => Promise<Record<string, string>>
  /** Asks for a new token next time: the service did not take the last one. */
  forget: () => void
}

type Identity = Storage['authClient']['jsonContent']

/** With credentials of any kind that Google's library knows. It is loaded by the first request, because that takes long. */
export function createSignIn(
  { keyFile, credentials }: Pick<GcsOptions, 'keyFile' | 'credentials'>,
  baseDirectory: string,
): SignIn {
  let client: Promise<Storage> | undefined
  const load = async (): Promise<Storage> => {
    const json =
      keyFile === undefined ? credentials?.json.reveal() : await readKeyFile(resolve(baseDirectory, keyFile))
    const { Storage } = await import('@google-cloud/storage')
    const storage = new Storage()
    // As options of Storage, they would make the library print that this is deprecated.
    if (json !== undefined) storage.authClient.jsonContent = JSON.parse(json) as Identity
    return storage
  }
  return {
    headers: async (url) => {
      const { authClient } = await (client ??= load())
      return Object.fromEntries(await authClient.getRequestHeaders(url))
    },
    forget: () => {
      client = undefined
    },
  }
}

async function readKeyFile(path: string): Promise<string> {
  const hint = 'Check keyFile. A relative path starts at the configuration file.'
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new HoldfastError('STORAGE_CREDENTIALS', `the key file ${path} can not be read (${error.code})`, {
      hint,
    })
  })
  const read = readCredentials(text)
  if (typeof read !== 'string') return text
  throw new HoldfastError('STORAGE_CREDENTIALS', `the key file ${path}: its contents ${read}`, { hint })
}
