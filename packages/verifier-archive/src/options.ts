import { optionsFrom } from '@holdfast/plugin'
import { z } from 'zod'

export interface ArchiveOptions {
  /** Stored bytes that a dump must have. Left out: 1 MiB for full and data-only backups, nothing for others. */
  minBytes?: number | undefined
  /** Tables that a dump must hold. Left out: 10 for full and data-only backups, none for others. */
  minTables?: number | undefined
  /** What a dump below one of the two is. */
  belowMinimum: 'warning' | 'failed'
  /**
   * `full`, every byte is read and decoded; `attested`, the storage's own checksum is trusted where there is one; `auto`,
   * objects below `fullBelowBytes` are read, larger ones attested.
   */
  read: 'full' | 'attested' | 'auto'
  /** Stored bytes of an object; set with `auto` only. */
  fullBelowBytes?: number | undefined
}

const shape = z.strictObject({
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
  read: z
    .enum(['full', 'attested', 'auto'])
    .default('full')
    .describe(
      "full: every byte is read back and decoded · attested: nothing is read where the storage's own checksum agrees with the manifest · auto: attested from `fullBelowBytes` on.",
    ),
  fullBelowBytes: z
    .int()
    .min(1)
    .optional()
    .describe('With `read: auto`: objects of fewer stored bytes are read in full.'),
})

const schema = shape.superRefine(({ read, fullBelowBytes }, context) => {
  if ((read === 'auto') === (fullBelowBytes !== undefined)) return
  const message =
    read === 'auto' ? 'is needed with read: auto' : `makes no sense with read: ${read}, only with read: auto`
  context.addIssue({ code: 'custom', path: ['fullBelowBytes'], message })
})

export const parseOptions: (input: unknown) => ArchiveOptions = optionsFrom(schema)

export function optionsSchema(): Record<string, unknown> {
  return z.toJSONSchema(shape, { io: 'input' })
}
