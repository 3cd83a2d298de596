import { z } from 'zod'
import { durationPattern } from '../duration.ts'
import { count, maxTimeoutMs, text, timeoutMs } from './values.ts'

const expression = (what: string) => text.optional().describe(what)

export const schedule = z.union([
  text,
  z.strictObject({
    backup: expression('When a backup is made.'),
    verify: expression('When the newest backup is read again and checked.'),
    prune: expression('When old backups go; after each good backup they do so anyway.'),
    check: expression(
      'When it is looked whether a backup is missed, as `expectEvery` says. Also each time that holdfast-cron starts.',
    ),
    timeZone: text
      .default('UTC')
      .describe(
        'The time zone of these expressions, such as `Europe/Berlin`; clocks may go forward and back.',
      ),
    splayMs: z
      .int()
      .min(0)
      .max(maxTimeoutMs)
      .default(0)
      .describe(
        'Spreads the jobs that are due at the same time: each starts at a moment of its own within so many milliseconds, always the same one.',
      ),
    blackouts: z
      .array(
        z.strictObject({
          at: text.describe('When the window opens: a cron expression.'),
          for: text
            .regex(durationPattern, 'must be a whole number with its unit, such as 10h')
            .describe('How long it is open: a whole number with its unit, `m`, `h`, `d` or `w`.'),
        }),
      )
      .default([])
      .describe('Windows in which nothing starts. What was due in one runs once when it closes.'),
  }),
])

export const cron = z
  .strictObject({
    maxConcurrent: count
      .default(2)
      .describe(
        'How many jobs run at the same time; the rest wait, and start in the order in which they were due.',
      ),
    graceMs: timeoutMs
      .default(60_000)
      .describe(
        'How long what runs may go on once it is told to stop, in milliseconds; then it is cancelled.',
      ),
  })
  .prefault({})
  .describe('How holdfast-cron runs all jobs.')
