import { definePlugin, type Plugin } from '@holdfast/plugin'
import { type ArchiveOptions, optionsSchema, parseOptions } from './options.ts'
import { archiveVerifier } from './verifier.ts'

export type { ArchiveOptions } from './options.ts'

const archive: Plugin<'verifier', ArchiveOptions> = definePlugin({
  kind: 'verifier',
  name: 'archive',
  parseOptions,
  optionsSchema,
  create: (options) => archiveVerifier(options),
})

export default archive
