import type { Plugin } from '@holdfast/plugin'
import ses from '@holdfast/notifier-ses'
import slack from '@holdfast/notifier-slack'
import smtp from '@holdfast/notifier-smtp'
import webhook from '@holdfast/notifier-webhook'
import gcs from '@holdfast/storage-gcs'
import local from '@holdfast/storage-local'
import s3 from '@holdfast/storage-s3'
import archive from '@holdfast/verifier-archive'
import size from '@holdfast/verifier-size'

/** Every plugin that Holdfast publishes, in the order in which the documents show them. */
export const publishedPlugins: readonly Plugin[] = [
  local,
  s3,
  gcs,
  archive,
  size,
  smtp,
  ses,
  slack,
  webhook,
].map((plugin) => plugin as Plugin)

export function packageNameOf({ kind, name }: Pick<Plugin, 'kind' | 'name'>): string {
  return `@holdfast/${kind}-${name}`
}
