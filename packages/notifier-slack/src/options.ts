import { connectionOptions, secretAddress, type ConnectionOptions } from '@holdfast/http-delivery'
import { optionsFrom, type Secret } from '@holdfast/plugin'
import { z } from 'zod'

export interface SlackOptions extends ConnectionOptions {
  /** Of an incoming webhook; it chooses the channel. */
  url: Secret
  /** Whom to mention when something is wrong: `here`, `channel`, or the ID of a member (U…, W…) or a user group (S…). */
  mention: string[]
}

const schema = z.strictObject({
  url: secretAddress().describe(
    'The address of the incoming webhook, https://hooks.slack.com/services/…, which belongs to one channel. Kept secret.',
  ),
  mention: z
    .array(
      z
        .string()
        .regex(
          /^(?:here|channel|[UWS][A-Z0-9]{2,})$/,
          'must be here, channel, or an ID such as U024BE7LH or SAZ94GDB8',
        ),
    )
    .max(20)
    .default([])
    .describe(
      'Whom to mention when something is wrong: `here`, `channel`, the ID of a member (U…) or of a user group (S…).',
    ),
  ...connectionOptions,
})

export const parseOptions: (input: unknown) => SlackOptions = optionsFrom(schema)

export function optionsSchema(): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' })
}
