import { definePlugin, type Plugin } from '@holdfast/plugin'
import { slackNotifier } from './notifier.ts'
import { optionsSchema, parseOptions, type SlackOptions } from './options.ts'

export type { SlackOptions } from './options.ts'

const slack: Plugin<'notifier', SlackOptions> = definePlugin({
  kind: 'notifier',
  name: 'slack',
  parseOptions,
  optionsSchema,
  create: slackNotifier,
})

export default slack
