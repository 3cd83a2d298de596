import { optionsFrom } from '@holdfast/plugin'
import { z } from 'zod'
import { type SwitchOptions, switchSchema } from './presets/dead-mans-switch.ts'
import { type JsonOptions, jsonSchema } from './presets/json.ts'
import { type PagerdutyOptions, pagerdutySchema } from './presets/pagerduty.ts'

export type WebhookOptions = JsonOptions | SwitchOptions | PagerdutyOptions

const schema = z.discriminatedUnion('preset', [jsonSchema, switchSchema, pagerdutySchema])

export const parseOptions: (input: unknown) => WebhookOptions = optionsFrom(schema)

export function optionsSchema(): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' })
}
