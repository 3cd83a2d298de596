import { definePlugin, type Plugin } from '@holdfast/plugin'
import { type GcsOptions, optionsSchema, parseOptions } from './options.ts'
import { gcsStorage } from './storage.ts'

export type { GcsCredentials } from './credentials.ts'
export type { GcsOptions } from './options.ts'

const gcs: Plugin<'storage', GcsOptions> = definePlugin({
  kind: 'storage',
  name: 'gcs',
  parseOptions,
  optionsSchema,
  create: gcsStorage,
})

export default gcs
