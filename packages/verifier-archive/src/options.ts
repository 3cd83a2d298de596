import { optionsFrom } from '@holdfast/plugin'
import { z } from 'zod'

export interface ArchiveOptions {
  /** Stored bytes that a dump must have. Left out: 1 MiB for full and data-only backups, nothing for others. */
  minBytes?: number | undefined
  /** Tables that a dump must hold. Left out: 10 for full and data-only backups, none for others. */
  minTables?: number | undefined
  /** What a dump below one of the two is. */
  belowMinimum: 'warning' | 'failed'
}

const schema = z.strictObject({
  minBytes: z
    .int()
    .min(0)
    .optional()
    .describe('Stored bytes that a dump must have; 1048576 for full and data-only backups, else 0.'),
  minTables: z
    .int()
    .min(0)
    .optional()
    .describe('Tables that a dump must hold; 10 for full and data-only backups, else 0.'),
  belowMinimum: z
    .enum(['warning', 'failed'])
    .default('warning')
    .describe('What a dump with fewer bytes or tables is.'),
})

export const parseOptions: (input: unknown) => ArchiveOptions = optionsFrom(schema)

export function optionsSchema(): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' })
}
