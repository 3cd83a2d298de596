import { resolve } from 'node:path'
import type { Storage } from '@google-cloud/storage'
import type { GcsOptions } from './options.ts'

/** Who asks. */
export interface SignIn {
  /** What a request has to carry. Rejects with an error of Google's library. */
  headers: (url: string) => Promise<Record<string, string>>
  /** Asks for a new token next time: the service did not take the last one. */
  forget: () => void
}

/** With credentials of any kind that Google's library knows. It is loaded by the first request, because that takes long. */
export function createSignIn(
  { keyFile, credentials }: Pick<GcsOptions, 'keyFile' | 'credentials'>,
  baseDirectory: string,
): SignIn {
  let client: Promise<Storage> | undefined
  const load = async (): Promise<Storage> => {
    const { Storage } = await import('@google-cloud/storage')
    return new Storage({
      ...(keyFile !== undefined && { keyFilename: resolve(baseDirectory, keyFile) }),
      ...(credentials !== undefined && {
        credentials: JSON.parse(credentials.json.reveal()) as Record<string, string>,
      }),
    })
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
