import { definePlugin, type Plugin } from '@holdfast/plugin'
import { optionsSchema, parseOptions, type SizeOptions } from './options.ts'
import { sizeVerifier } from './verifier.ts'

export type { SizeOptions } from './options.ts'

const size: Plugin<'verifier', SizeOptions> = definePlugin({
  kind: 'verifier',
  name: 'size',
  parseOptions,
  optionsSchema,
  create: (options) => sizeVerifier(options),
})

export default size
