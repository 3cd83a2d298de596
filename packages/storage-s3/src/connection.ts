import type { S3, S3ClientConfig } from '@aws-sdk/client-s3'
import { HoldfastError } from '@holdfast/plugin'
import { failure, isExpired, type Target } from './errors.ts'
import type { S3Options } from './options.ts'
import type { Service } from './service.ts'

/** The client of one storage, made at the first call. */
export interface Connection {
  /**
   * Makes one call. What it throws is of the family, and the signal's reason where that has aborted. Where credentials
   * have expired that can be had anew, it is made once more with new ones.
   */
  call<Output>(
    target: Target,
    signal: AbortSignal | undefined,
    run: (s3: S3) => Promise<Output>,
  ): Promise<Output>
}

/** What region a store of its own is asked with where none is configured. */
const anyRegion = 'us-east-1'
const connectionTimeoutMs = 10_000

export function createConnection(options: S3Options, service: Service): Connection {
  let current: Promise<S3> | undefined
  const client = (): Promise<S3> => {
    current ??= connect(options, service).catch((error: unknown) => {
      current = undefined
      throw error
    })
    return current
  }

  return {
    async call(target, signal, run) {
      signal?.throwIfAborted()
      const attempt = async (isLast: boolean): Promise<Awaited<ReturnType<typeof run>>> => {
        const used = client()
        try {
          return await orAborted(used.then(run), signal)
        } catch (error) {
          signal?.throwIfAborted()
          if (isLast || options.credentials !== undefined || !isExpired(error)) throw error
          if (current === used) current = undefined
          return attempt(true)
        }
      }
      try {
        return await attempt(false)
      } catch (error) {
        signal?.throwIfAborted()
        throw failure(target, error, { options, service })
      }
    },
  }
}

// Loading the SDK takes longer than many a command, so only what talks to a store pays for it.
async function connect(options: S3Options, service: Service): Promise<S3> {
  const { S3 } = await import('@aws-sdk/client-s3')
  const config = configFor(options, service)
  const s3 = new S3(config)
  const region = await s3.config.region().catch(() => undefined)
  if (region !== undefined) return s3
  s3.destroy()
  if (service.isAws) {
    throw new HoldfastError('STORAGE_REGION', `no region is configured for the bucket ${options.bucket}`, {
      hint: 'Set AWS_REGION, or region in the options of the storage: aws s3api get-bucket-location tells it.',
    })
  }
  return new S3({ ...config, region: anyRegion })
}

function configFor(options: S3Options, { endpoint, region, forcePathStyle }: Service): S3ClientConfig {
  const { credentials, profile, requestTimeoutMs, maxAttempts, partsInFlight } = options
  const agent = { keepAlive: true, maxSockets: Math.max(50, 2 * partsInFlight) }
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(credentials !== undefined && {
      credentials: {
        accessKeyId: credentials.accessKeyId.reveal(),
        secretAccessKey: credentials.secretAccessKey.reveal(),
        ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken.reveal() }),
      },
    }),
    forcePathStyle,
    maxAttempts,
    // Checksums are computed here, once, and sent as headers, which also stores take that know no trailers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: Math.min(connectionTimeoutMs, requestTimeoutMs),
      socketTimeout: requestTimeoutMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
  }
}

// The SDK hears of a signal while it sends, and not while it waits before it sends again.
async function orAborted<Output>(running: Promise<Output>, signal: AbortSignal | undefined): Promise<Output> {
  if (signal === undefined) return running
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([running, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
