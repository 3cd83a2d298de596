import { z } from 'zod'
import { durationPattern } from './duration.ts'
import { jobNamePattern } from './job-name.ts'
import { compression } from './schema/compression.ts'
import { dump } from './schema/dump.ts'
import { encryption, signing } from './schema/keys.ts'
import { notifier, storage, verifier } from './schema/plugins.ts'
import { cron, schedule } from './schema/schedule.ts'
import { text } from './schema/values.ts'

// The one description of a configuration: it checks, and the editor schema and docs/configuration.md are made from it.
// What depends on more than one key is in rules.ts; defaults that depend on another key are in normalize.ts.

const job = z.strictObject({
  database: text
    .optional()
    .describe(
      'The database, as a URL (`postgresql://user@host:5432/name`) or a keyword string (`host=… dbname=…`). Left out, the PG* variables say it.',
    ),
  dump: dump.prefault({}).describe('What to dump, and how.'),
  compression: compression
    .default('zstd')
    .describe('How the dump is compressed: an algorithm, or one with its level.'),
  encryption: encryption.optional(),
  signing: signing.optional(),
  storages: z
    .array(storage)
    .min(1)
    .describe('Where backups are kept. The first one is the primary: if it fails, the run fails.'),
  verifiers: z
    .array(verifier)
    .default([{ use: 'archive' }, { use: 'size' }])
    .describe('What checks a backup once it is stored.'),
  notifiers: z.array(notifier).default([]).describe('Who is told what happened.'),
  expectEvery: text
    .regex(durationPattern, 'must be a whole number with its unit, such as 36h')
    .optional()
    .describe(
      'How old the newest good backup may get before `holdfast check` says that one is missed: a whole number with its unit, such as `36h`. Units are `m`, `h`, `d` and `w`.',
    ),
  schedule: schedule
    .optional()
    .describe(
      'When holdfast-cron backs up: a cron expression of 5 or 6 fields, or `@daily` and the like. Or all that it does for the job, by the keys below.',
    ),
  labels: z
    .record(text, z.string())
    .default({})
    .describe('Free text that is written into the manifest of every backup.'),
})

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('The address of the schema of this file, for editors.'),
  cron,
  jobs: z
    .record(z.string().meta({ pattern: jobNamePattern.source }), job)
    .describe('The jobs by name: letters, digits, dots, dashes and underscores, 100 at most.'),
})

/** A configuration as it is written. */
export type ConfigInput = z.input<typeof configSchema>

/** A configuration with its fixed defaults filled in. */
export type CheckedConfig = z.output<typeof configSchema>
