import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HoldfastError } from '@holdfast/plugin'

const buckets: Readonly<Record<string, string>> = { s3: 's3', gs: 'gcs' }

/**
 * The storage that `--to` and `--from` mean: a directory (relative to `baseDirectory`) or file:// URL, s3://bucket/prefix
 * or gs://bucket/prefix.
 */
export function storageFromUrl(
  text: string,
  baseDirectory: string,
): { use: string; options: Record<string, unknown> } {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) {
    if (text === '') throw refusal('An empty text names no storage')
    return { use: 'local', options: { path: resolve(baseDirectory, text) } }
  }
  if (scheme === 'file') return { use: 'local', options: { path: pathOf(text) } }
  const use = buckets[scheme]
  if (use === undefined) throw refusal(`Holdfast knows no storage by the name ${scheme}://`)
  // Nothing of the URL is said in an error: people put keys into it.
  const [, bucket = '', prefix = '', rest] = /^[^:]+:\/\/([^/?#]*)\/*([^?#]*)(.*)$/s.exec(text) ?? []
  if (bucket.includes('@'))
    throw refusal(`A ${scheme}:// address holds a bucket and a prefix, never credentials`)
  if (bucket === '') throw refusal(`A ${scheme}:// address needs a bucket`)
  if (rest !== '') throw refusal(`A ${scheme}:// address ends after the prefix, without ? or #`)
  const trimmed = prefix.replace(/\/+$/, '')
  return { use, options: { bucket, ...(trimmed !== '' && { prefix: trimmed }) } }
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw new HoldfastError('USAGE_INVALID', `${url} is not a file URL of this machine`, {
      hint: 'Write it as file:///absolute/path, or as a plain path.',
      cause,
    })
  }
}

function refusal(message: string): HoldfastError {
  return new HoldfastError('USAGE_INVALID', message, {
    hint: 'Use a directory, file:///path, s3://bucket/prefix or gs://bucket/prefix.',
  })
}
