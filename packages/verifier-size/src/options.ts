import { optionsFrom } from '@holdfast/plugin'
import { z } from 'zod'

export interface SizeOptions {
  /** How many earlier backups to compare with; fewer are used where there are fewer. */
  last: number
  /** How far from their average a backup may be, in percent. */
  tolerancePercent: number
}

const schema = z.strictObject({
  last: z
    .int()
    .min(1)
    .max(100)
    .default(4)
    .describe('How many earlier backups of the same job and kind to compare with.'),
  tolerancePercent: z
    .number()
    .gt(0)
    .max(100)
    .default(20)
    .describe('How far from their average the new backup may be, in percent: above 0, at most 100.'),
})

export const parseOptions: (input: unknown) => SizeOptions = optionsFrom(schema)

export function optionsSchema(): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' })
}
