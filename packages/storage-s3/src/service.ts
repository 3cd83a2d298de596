import type { S3Options } from './options.ts'

/** What is known of the store before it is asked anything. */
export interface Service {
  /** The URL of a store of its own; undefined for AWS. */
  endpoint: string | undefined
  /** True for AWS itself, whose promises are known. */
  isAws: boolean
  region: string | undefined
  forcePathStyle: boolean
  checksum: NonNullable<S3Options['checksum']>
}

type Environment = Readonly<Record<string, string | undefined>>

/** From the options, then from the variables that the AWS SDK itself reads. A variable that is empty is not set. */
export function serviceOf(
  options: Pick<S3Options, 'endpoint' | 'region' | 'forcePathStyle' | 'checksum'>,
  environment: Environment,
): Service {
  const ignoresEnvironment = environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true'
  const configured = ignoresEnvironment
    ? undefined
    : environment['AWS_ENDPOINT_URL_S3'] || environment['AWS_ENDPOINT_URL'] || undefined
  const endpoint = options.endpoint ?? configured
  const isAws = endpoint === undefined || isOfAws(endpoint)
  return {
    endpoint,
    isAws,
    region: options.region ?? (environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || undefined),
    forcePathStyle: options.forcePathStyle ?? !isAws,
    checksum: options.checksum ?? (isAws ? 'crc32' : 'whenRequired'),
  }
}

function isOfAws(endpoint: string): boolean {
  return /(?:\.amazonaws\.com(?:\.cn)?|\.api\.aws)$/.test(URL.parse(endpoint)?.hostname ?? '')
}

/** True where what is sent can be read on the way, and the way leaves this machine. */
export function isOpenToAll(endpoint: string | undefined): boolean {
  const url = endpoint === undefined ? null : URL.parse(endpoint)
  return url?.protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
}
