import { definePlugin, type Plugin } from '@holdfast/plugin'
import { webhookNotifier } from './notifier.ts'
import { optionsSchema, parseOptions, type WebhookOptions } from './options.ts'

export type { WebhookOptions } from './options.ts'
export type { JsonOptions } from './presets/json.ts'
export type { PagerdutyOptions } from './presets/pagerduty.ts'
export type { SwitchOptions } from './presets/dead-mans-switch.ts'

const webhook: Plugin<'notifier', WebhookOptions> = definePlugin({
  kind: 'notifier',
  name: 'webhook',
  parseOptions,
  optionsSchema,
  create: webhookNotifier,
})

export default webhook
