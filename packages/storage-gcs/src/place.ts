import type { GcsOptions } from './options.ts'

/** Where the bucket is asked for. */
export interface Place {
  /** Such as https://storage.googleapis.com, without a slash at its end. */
  endpoint: string
  /** Whether requests carry a token. */
  signed: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

const google = 'https://storage.googleapis.com'

/** From the options, then from the variable that Google's own libraries read. */
export function placeOf(
  options: Pick<GcsOptions, 'apiEndpoint' | 'authenticate' | 'keyFile' | 'credentials'>,
  environment: Environment,
): Place {
  const emulator = environment['STORAGE_EMULATOR_HOST'] || undefined
  const endpoint = options.apiEndpoint ?? (emulator === undefined ? google : withScheme(emulator))
  const hasOwn = options.keyFile !== undefined || options.credentials !== undefined
  return { endpoint, signed: options.authenticate ?? (isOfGoogle(endpoint) || hasOwn) }
}

function withScheme(host: string): string {
  return (/^https?:\/\//.test(host) ? host : `https://${host}`).replace(/\/+$/, '')
}

function isOfGoogle(endpoint: string): boolean {
  const { hostname } = new URL(endpoint)
  return hostname === 'googleapis.com' || hostname.endsWith('.googleapis.com')
}
