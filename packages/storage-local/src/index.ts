import { definePlugin, type Plugin } from '@holdfast/plugin'
import { type LocalOptions, optionsSchema, parseOptions } from './options.ts'
import { localStorage } from './storage.ts'

export type { LocalOptions } from './options.ts'

const local: Plugin<'storage', LocalOptions> = definePlugin({
  kind: 'storage',
  name: 'local',
  parseOptions,
  optionsSchema,
  create: localStorage,
})

export default local
