import type { ErrorCode } from '@holdfast/plugin'
import type { Operation } from './errors.ts'
import type { Kind } from './kinds.ts'
import type { GcsOptions } from './options.ts'
import { neededPermission, roleWith } from './permissions.ts'
import type { Place } from './place.ts'

/** What the storage was made with. */
export interface Configured {
  options: GcsOptions
  place: Place
}

/** What to do next, with the values at hand. */
export function hintFor(
  kind: Kind,
  operation: Operation,
  { options, place }: Configured,
): string | undefined {
  const { bucket, requestTimeoutMs } = options
  switch (kind.about) {
    case 'key':
      return `Grant roles/cloudkms.cryptoKeyEncrypterDecrypter on the key to the service agent of the bucket's project (gcloud storage service-agent); the key has to be in the bucket's location.`
    case 'retention':
      return `Objects can only be retained in a bucket made for it: gcloud storage buckets update gs://${bucket} --enable-per-object-retention, or leave retention out.`
    case 'redirect':
      return 'Redirects are not followed. Set apiEndpoint to where the service really is.'
    case 'requesterPays':
      return 'Use a bucket whose owner pays for requests.'
    case 'host':
      return `Check the network, and apiEndpoint (${place.endpoint}).`
    case undefined:
  }
  const permission = kind.permission ?? neededPermission(operation)
  const hints: Partial<Record<ErrorCode, string>> = {
    STORAGE_PERMISSION: `Grant ${permission} on gs://${bucket}: ${roleWith(permission)} has it. The README of @holdfast/storage-gcs has the roles of the writer, the pruner and the restorer.`,
    STORAGE_BUCKET_MISSING: `Check the name ${bucket} and the endpoint ${place.endpoint}; Holdfast never makes a bucket.`,
    STORAGE_CREDENTIALS: credentialsHint(options),
    STORAGE_CLOCK_SKEW: 'Set the clock of this machine: timedatectl set-ntp true.',
    STORAGE_TIMEOUT: `Check the network to ${place.endpoint}; requestTimeoutMs (${requestTimeoutMs}) says how long to wait.`,
    STORAGE_TLS:
      'Check the endpoint and its certificate; for an authority of your own set NODE_EXTRA_CA_CERTS.',
    STORAGE_THROTTLED: 'Run again later, or run fewer jobs at the same time.',
    STORAGE_LOCKED:
      'Nothing is to be done: a later prune deletes it once its retention has ended or its hold is released.',
  }
  return hints[kind.code]
}

function credentialsHint({ keyFile, credentials }: GcsOptions): string {
  if (keyFile !== undefined) return `They come from ${keyFile}. Make a new key, or name another file.`
  if (credentials !== undefined) return 'They come from credentials in the options of the storage.'
  return 'They are looked for in GOOGLE_APPLICATION_CREDENTIALS, in what `gcloud auth application-default login` wrote, and in the metadata of the machine. Or give keyFile or credentials.'
}
