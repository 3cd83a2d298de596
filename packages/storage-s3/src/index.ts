import { definePlugin, type Plugin } from '@holdfast/plugin'
import { optionsSchema, parseOptions, type S3Options } from './options.ts'
import { s3Storage } from './storage.ts'

export type { S3Options } from './options.ts'

const s3: Plugin<'storage', S3Options> = definePlugin({
  kind: 'storage',
  name: 's3',
  parseOptions,
  optionsSchema,
  create: (options, { job }) => s3Storage(options, { job }),
})

export default s3
