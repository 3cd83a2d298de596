import { definePlugin, type Plugin } from '@holdfast/plugin'
import { smtpNotifier } from './notifier.ts'
import { optionsSchema, parseOptions, type SmtpOptions } from './options.ts'

export type { OAuth2Options, SmtpOptions } from './options.ts'

const smtp: Plugin<'notifier', SmtpOptions> = definePlugin({
  kind: 'notifier',
  name: 'smtp',
  parseOptions,
  optionsSchema,
  create: smtpNotifier,
})

export default smtp
