import { z } from 'zod'
import { unusableKey } from './keys.ts'

/** The forms of the texts in the options. */

export const bucketName: z.ZodString = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/, 'must be the name of a bucket, such as shop-backups')

export const prefixKey: z.ZodPipe<z.ZodString, z.ZodTransform<string, string>> = z
  .string()
  .transform((prefix, context) => {
    const trimmed = prefix.replace(/\/+$/, '')
    const why = trimmed === '' ? undefined : unusableKey(trimmed)
    if (prefix !== '' && (why !== undefined || trimmed === ''))
      context.addIssue({ code: 'custom', message: why ?? 'is empty, or has an empty part' })
    return trimmed
  })

export const endpointUrl: z.ZodString = z.string().refine(isEndpoint, {
  message: 'must be a URL such as https://s3.example.com, without credentials, path or query',
})

function isEndpoint(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return url.username === '' && url.password === '' && url.search === '' && url.hash === ''
}

/** What HTTP headers carry unchanged. */
const printable = /^[\u0020-\u007e]*$/

export const metadataKey: z.ZodString = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'must be of small letters, digits and dashes')
  .refine((key) => !ownMetadata.includes(key), 'is written by Holdfast itself')

export const metadataValue: z.ZodString = z.string().max(1024).regex(printable, 'must be printable ASCII')

/** Metadata that every object has from the plugin. */
const ownMetadata: readonly string[] = ['backup-date', 'job', 'holdfast-write']

export function tagText(most: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, 'has a character that no tag may have')
}

/** Classes whose objects have to be thawed first can not be read back by a verifier. */
export const readableClass: z.ZodString = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'must be the name of a storage class')
  .refine(
    (name) => !/^(GLACIER|DEEP_ARCHIVE)$/.test(name),
    'holds objects that can not be read back at once, and a backup that is not read back is not verified; use GLACIER_IR, or a lifecycle rule that moves old backups',
  )
