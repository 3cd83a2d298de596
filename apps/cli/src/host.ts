import type { PluginHost } from '@holdfast/core'

/** This app, with the plugins that come with it; each is imported once a job uses it. */
export const host: PluginHost = {
  url: import.meta.url,
  included: {
    '@holdfast/notifier-ses': () => import('@holdfast/notifier-ses'),
    '@holdfast/notifier-slack': () => import('@holdfast/notifier-slack'),
    '@holdfast/notifier-smtp': () => import('@holdfast/notifier-smtp'),
    '@holdfast/notifier-webhook': () => import('@holdfast/notifier-webhook'),
    '@holdfast/storage-gcs': () => import('@holdfast/storage-gcs'),
    '@holdfast/storage-local': () => import('@holdfast/storage-local'),
    '@holdfast/storage-s3': () => import('@holdfast/storage-s3'),
    '@holdfast/verifier-archive': () => import('@holdfast/verifier-archive'),
    '@holdfast/verifier-size': () => import('@holdfast/verifier-size'),
  },
}
