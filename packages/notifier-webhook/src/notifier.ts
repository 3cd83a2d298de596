import { resolve } from 'node:path'
import { post, refusal } from '@holdfast/http-delivery'
import type { Notifier, PluginContext } from '@holdfast/plugin'
import type { WebhookOptions } from './options.ts'
import { switchPreset } from './presets/dead-mans-switch.ts'
import { jsonPreset } from './presets/json.ts'
import { pagerdutyPreset } from './presets/pagerduty.ts'
import type { Preset } from './presets/preset.ts'

type Context = Pick<PluginContext, 'baseDirectory'>

/** A notifier that posts each notification in the way of its preset. */
export function webhookNotifier(options: WebhookOptions, context: Context): Notifier {
  switch (options.preset) {
    case 'json':
      return notifierOf(jsonPreset, options, context)
    case 'dead-mans-switch':
      return notifierOf(switchPreset, options, context)
    case 'pagerduty':
      return notifierOf(pagerdutyPreset, options, context)
  }
}

function notifierOf<Options extends WebhookOptions>(
  preset: Preset<Options>,
  options: Options,
  { baseDirectory }: Context,
): Notifier {
  const { requestTimeoutMs } = options
  const caFile = options.caFile === undefined ? undefined : resolve(baseDirectory, options.caFile)
  const { service } = preset
  return {
    async notify(notification, signal) {
      const { address, ...message } = preset.outgoing(options, notification)
      const answer = await post({ service, address, caFile, requestTimeoutMs }, message, signal)
      const own = preset.refusal?.(answer)
      if (own !== undefined) throw own
      if (answer.status < 200 || answer.status > 299) throw refusal(service, answer)
    },
  }
}
