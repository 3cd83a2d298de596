import { notificationEvents } from '@holdfast/plugin'
import { z } from 'zod'
import { defaultEvents } from '../notify/happening.ts'
import { durationPattern } from './duration.ts'
import { jobNamePattern } from './job-name.ts'

// The one description of a configuration: it checks, and the editor schema and docs/configuration.md are made from it.
// What depends on more than one key is in rules.ts; defaults that depend on another key are in normalize.ts.

/** Timers of Node count in 31 bits; a longer one would fire at once. */
const maxTimeoutMs = 2_147_483_647

/** The level where only the algorithm is given. */
export const defaultLevels = { zstd: 1, gzip: 6 }

const text = z.string().min(1)
const count = z.int().min(1)
const timeoutMs = z.int().min(1).max(maxTimeoutMs)
const patterns = z.array(text).default([])

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

const retention = z
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

const compression = z.union([
  z.enum(['zstd', 'gzip', 'none']),
  z.discriminatedUnion('algorithm', [
    z.strictObject({
      algorithm: z.literal('zstd'),
      level: z
        .int()
        .min(1)
        .max(22)
        .default(defaultLevels.zstd)
        .describe('From 1, the fastest, to 22, the smallest.'),
    }),
    z.strictObject({
      algorithm: z.literal('gzip'),
      level: z
        .int()
        .min(1)
        .max(9)
        .default(defaultLevels.gzip)
        .describe('From 1, the fastest, to 9, the smallest.'),
    }),
    z.strictObject({ algorithm: z.literal('none') }),
  ]),
])

const dump = z.strictObject({
  kind: z
    .enum(['full', 'schema', 'data', 'tables'])
    .default('full')
    .describe(
      'full: everything · schema: definitions only · data: rows only · tables: the tables chosen below.',
    ),
  format: z
    .enum(['custom', 'plain'])
    .default('custom')
    .describe('custom: restored by pg_restore, in parallel and in parts · plain: SQL, restored by psql.'),
  tables: z
    .strictObject({
      include: patterns.describe('Only these tables, as psql patterns: `public.order*`. Empty means all.'),
      exclude: patterns.describe('Not these tables, as psql patterns.'),
    })
    .prefault({})
    .describe('Which tables; only with kind `tables`.'),
  ownership: z.boolean().default(false).describe('Keep owners and grants in the dump.'),
  globals: z
    .boolean()
    .optional()
    .describe('Dump the roles beside a full dump. Only with kind `full`, where it is on unless turned off.'),
  rowCounts: z
    .boolean()
    .optional()
    .describe(
      'Count the rows of every table in the snapshot. On unless turned off, except with kind `schema`; turn it off for very large databases.',
    ),
  countSessions: count.default(1).describe('Sessions that count rows at the same time.'),
  lockWaitTimeoutMs: timeoutMs
    .default(60_000)
    .describe('How long to wait for a locked table, in milliseconds.'),
  stallTimeoutMs: timeoutMs
    .default(600_000)
    .describe(
      'How long the server may send nothing before the run is given up, and a storage may take or give nothing before it is, in milliseconds.',
    ),
})

const encryption = z
  .strictObject({
    recipients: z
      .array(text)
      .default([])
      .describe(
        'Whom to encrypt to: age recipients, `age1…`. They are no secret; `holdfast keygen` makes one.',
      ),
    recipientsFiles: z
      .array(text)
      .default([])
      .describe('Files with a recipient in each line, relative to this file.'),
    passphrase: text
      .optional()
      .describe(
        'Encrypt with a passphrase in place of recipients. Whoever can back up can then read as well.',
      ),
    identityFiles: z
      .array(text)
      .default([])
      .describe(
        'Files with the private keys that read backups. Only for machines that verify and restore; a machine that backs up needs none.',
      ),
  })
  .describe(
    'Encrypt with age before anything leaves the process. Left out, backups are not encrypted; with it, no other backup is believed.',
  )

const signing = z
  .strictObject({
    keyFile: text
      .optional()
      .describe('The private Ed25519 key, in PEM, that signs manifests. Only for machines that back up.'),
    publicKeys: z
      .array(text)
      .default([])
      .describe(
        'The public keys whose signatures count: PEM, or the line of base64 in it. With them, a backup without a good signature is invalid.',
      ),
  })
  .describe('Sign manifests, so that nobody can change a backup or put another one in its place unnoticed.')

const pluginShape = {
  use: text
    .regex(/^[a-z0-9][a-z0-9-]*$|[@/.]/, 'must be a short name, a package name or a path')
    .describe(
      'A plugin that comes with Holdfast by its short name, any other by its package name or its path.',
    ),
  name: text.optional().describe('Tells it from others of its kind in the job; what `use` says, unless set.'),
  options: z.record(z.string(), z.unknown()).optional().describe("The plugin's own options."),
}

const plugin = z.strictObject(pluginShape)

const notifier = z.strictObject({
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

const expression = (what: string) => text.optional().describe(what)

const schedule = z.union([
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
    .array(
      z.strictObject({
        ...pluginShape,
        retention: retention.optional(),
        limitBytes: count
          .optional()
          .describe(
            'How much the backups of this job may take here, in bytes, for alerts: nothing is refused or deleted because of it.',
          ),
      }),
    )
    .min(1)
    .describe('Where backups are kept. The first one is the primary: if it fails, the run fails.'),
  verifiers: z
    .array(plugin)
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

const cron = z
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
