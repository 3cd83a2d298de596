import type { SESv2Client, SESv2ClientConfig } from '@aws-sdk/client-sesv2'
import { HoldfastError } from '@holdfast/plugin'
import type { SesOptions } from './options.ts'

type Sdk = typeof import('@aws-sdk/client-sesv2')

/** One client for one call. */
export interface Session {
  client: SESv2Client
  sdk: Sdk
}

/** What region is asked for where only an endpoint is configured. */
const anyRegion = 'us-east-1'

/**
 * Runs the work with a client of its own and closes its connections afterwards. Rejects as soon as the signal aborts,
 * also while the SDK looks for credentials, which does not hear of it.
 */
export async function withClient<T>(
  options: SesOptions,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const giveUp = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', giveUp, { once: true })
  let client: SESv2Client | undefined
  try {
    const working = async (): Promise<T> => {
      // Loading the SDK takes longer than many a command, so only what sends pays for it.
      const sdk = await import('@aws-sdk/client-sesv2')
      client = new sdk.SESv2Client(configFor(options))
      await requireRegion(client)
      signal.throwIfAborted()
      return work({ client, sdk })
    }
    return await Promise.race([working(), aborted])
  } finally {
    signal.removeEventListener('abort', giveUp)
    client?.destroy()
  }
}

function configFor({
  region,
  endpoint,
  credentials,
  profile,
  requestTimeoutMs,
}: SesOptions): SESv2ClientConfig {
  return {
    // An option of its own first, and then what the SDK itself reads.
    ...(region !== undefined && { region }),
    ...(region === undefined && endpoint !== undefined && !hasRegion(process.env) && { region: anyRegion }),
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(credentials !== undefined && {
      credentials: {
        accessKeyId: credentials.accessKeyId.reveal(),
        secretAccessKey: credentials.secretAccessKey.reveal(),
        ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken.reveal() }),
      },
    }),
    // Core decides what is tried again.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: requestTimeoutMs,
      socketTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  }
}

function hasRegion({ AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE }: NodeJS.ProcessEnv): boolean {
  return Boolean(AWS_REGION || AWS_DEFAULT_REGION || AWS_PROFILE)
}

async function requireRegion(client: SESv2Client): Promise<void> {
  const region = await client.config.region().catch(() => undefined)
  if (region !== undefined) return
  throw new HoldfastError('NOTIFY_FAILED', 'no region is configured for SES', {
    hint: 'Set AWS_REGION, or region in the options of the notifier, to the region where the sender is verified.',
  })
}
