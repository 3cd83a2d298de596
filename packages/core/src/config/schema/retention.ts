import { z } from 'zod'
import { count, text } from './values.ts'

const policyShape = {
  days: count.optional().describe('Keep backups younger than this many days.'),
  last: count.optional().describe('Keep the newest ones, this many.'),
  daily: count.optional().describe('Keep the newest of each day, for this many days that have one.'),
  weekly: count.optional().describe('Keep the newest of each ISO week, for this many weeks that have one.'),
  monthly: count.optional().describe('Keep the newest of each month, for this many months that have one.'),
  yearly: count.optional().describe('Keep the newest of each year, for this many years that have one.'),
  minKeep: count
    .optional()
    .describe('So many good backups always stay, however old they are.')
    .meta({ default: 1 }),
}

export const retention = z
  .strictObject({
    ...policyShape,
    labels: z
      .record(text, z.strictObject(policyShape))
      .optional()
      .describe(
        'Policies for backups with a certain label, such as `pre-deploy`, which are under that policy alone.',
      ),
  })
  .describe('Which backups to keep: all that any of the rules names. Left out, everything is kept.')
