import { definePlugin, type Plugin } from '@holdfast/plugin'
import { sesNotifier } from './notifier.ts'
import { optionsSchema, parseOptions, type SesOptions } from './options.ts'

export type { SesOptions } from './options.ts'

const ses: Plugin<'notifier', SesOptions> = definePlugin({
  kind: 'notifier',
  name: 'ses',
  parseOptions,
  optionsSchema,
  create: sesNotifier,
})

export default ses
