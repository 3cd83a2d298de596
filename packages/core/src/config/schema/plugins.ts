import { notificationEvents } from '@holdfast/plugin'
import { z } from 'zod'
import { defaultEvents } from '../../notify/happening.ts'
import { retention } from './retention.ts'
import { count, text, timeoutMs } from './values.ts'

const pluginShape = {
  use: text
    .regex(/^[a-z0-9][a-z0-9-]*$|[@/.]/, 'must be a short name, a package name or a path')
    .describe(
      'A plugin that comes with Holdfast by its short name, any other by its package name or its path.',
    ),
  name: text.optional().describe('Tells it from others of its kind in the job; what `use` says, unless set.'),
  options: z.record(z.string(), z.unknown()).optional().describe("The plugin's own options."),
}

export const storage = z.strictObject({
  ...pluginShape,
  retention: retention.optional(),
  limitBytes: count
    .optional()
    .describe(
      'How much the backups of this job may take here, in bytes, for alerts: nothing is refused or deleted because of it.',
    ),
})

export const verifier = z.strictObject(pluginShape)

export const notifier = z.strictObject({
  ...pluginShape,
  on: z
    .array(z.enum(notificationEvents))
    .min(1)
    .default([...defaultEvents])
    .describe(
      'What it is told. Left out: what needs somebody, and that all is well again, but not every success.',
    ),
  repeatEveryMs: count
    .optional()
    .describe(
      'How long the same failure of the job is not told again, in milliseconds. Left out, every one is told. A recovery always is.',
    ),
  timeoutMs: timeoutMs
    .default(30_000)
    .describe('How long telling it may take at the end of a run, with what is tried again, in milliseconds.'),
})
