import { mailLines } from './init-mail.ts'
import type { Environment } from './interpolate.ts'
import { jobNameFor } from './job-name.ts'
import { storageFromUrl } from './storage-url.ts'

export interface InitialConfig {
  fileName: string
  text: string
  /** What the one who runs `holdfast init` should know or do, as whole sentences. */
  notes: string[]
}

const schemaPath = './node_modules/@holdfast/core/schema/holdfast.config.schema.json'
const defaultDays = 90

/**
 * A commented configuration from DATABASE_URL, S3_BACKUP_BUCKET, BACKUP_RETENTION_DAYS and NOTIFICATION_EMAIL. It works
 * as it stands with what comes with Holdfast; what needs more than these variables is in comments. It holds no secret.
 */
export function initConfig(environment: Environment): InitialConfig {
  const notes: string[] = []
  const days = daysFrom(environment['BACKUP_RETENTION_DAYS'], notes)
  const text = [
    `# yaml-language-server: $schema=${schemaPath}`,
    '# The jobs of Holdfast. Check this file with: holdfast doctor. Run its jobs with: holdfast backup.',
    '# ${NAME} is an environment variable and ${file:PATH} the content of a file, so that no password stands here.',
    '',
    'jobs:',
    `  ${keyFor(jobName(environment))}:`,
    ...databaseLines(environment['DATABASE_URL'], notes).map(indented(4)),
    ...dumpLines.map(indented(4)),
    ...localLines(days).map(indented(4)),
    ...bucketLines(environment['S3_BACKUP_BUCKET'], days, notes).map(indented(6)),
    ...verifierLines.map(indented(4)),
    ...mailLines(environment, notes).map(indented(4)),
    ...lastLines.map(indented(4)),
    '',
  ]
  return { fileName: 'holdfast.config.yaml', text: text.join('\n'), notes }
}

function databaseLines(url: string | undefined, notes: string[]): string[] {
  if (url)
    return ['# The database to back up, as a URL or a keyword string.', 'database: ${DATABASE_URL}', '']
  notes.push('DATABASE_URL is not set, so the PG* variables say which database to back up.')
  return [
    '# The database to back up. Without this line the PG* variables say it.',
    '# database: ${DATABASE_URL}',
    '',
  ]
}

const dumpLines = [
  'dump:',
  '  # full, schema (definitions only), data (rows only), or tables (with tables: { include: […], exclude: […] }).',
  '  kind: full',
  '  # custom (restored in parallel and in parts) or plain (SQL).',
  '  format: custom',
  '  # true keeps owners and grants in the dump; managed platforms set their own.',
  '  ownership: false',
  '  # false for very large databases: counting reads every table once more.',
  '  rowCounts: true',
  '',
  '# zstd, gzip or none; with a level: { algorithm: zstd, level: 9 }.',
  'compression: zstd',
  '',
  '# Encrypt with age before anything leaves this process. The identity must not be on this machine: holdfast keygen.',
  '# encryption:',
  '#   recipients: [age1…]',
  '',
]

function localLines(days: number): string[] {
  return [
    '# Where backups are kept. The first storage is the primary: if it fails, the run fails.',
    'storages:',
    '  - use: local',
    '    options:',
    '      # Relative to this file.',
    '      path: ./backups',
    '    # A backup stays if any rule keeps it: days, last, daily, weekly, monthly, yearly.',
    '    # The newest verified backup is never deleted, and minKeep good ones stay however old they are.',
    '    retention:',
    `      days: ${days}`,
    '      minKeep: 3',
    '      # Backups made with --label pre-deploy, under a rule of their own.',
    '      labels:',
    '        pre-deploy:',
    '          days: 7',
    '',
  ]
}

function bucketLines(bucket: string | undefined, days: number, notes: string[]): string[] {
  if (!bucket) return []
  const options = bucketOptions(bucket)
  if (options === undefined) {
    notes.push('S3_BACKUP_BUCKET is neither a bucket nor s3://bucket/prefix, so it is left out.')
    return []
  }
  notes.push(
    'Backups go to S3 as well, with the credentials that the AWS SDK finds: holdfast doctor says whether they do.',
  )
  return [
    '# From S3_BACKUP_BUCKET. Region and credentials are those of the AWS SDK: AWS_REGION, AWS_PROFILE, ~/.aws, a role.',
    '# endpoint is for stores that are not AWS.',
    '- use: s3',
    '  options:',
    ...Object.entries(options).map(([key, value]) => `    ${key}: ${quoted(value)}`),
    '    # Encrypted at rest by the store. aws:kms uses a key of your own.',
    '    serverSideEncryption: AES256',
    '  retention:',
    `    days: ${days}`,
    '    minKeep: 3',
    '',
  ]
}

// What S3 takes for a bucket, and what the storage takes for a prefix: the block must work as it stands.
const bucketShape = /^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/
const prefixShape = /^(?!\.{1,2}(?:\/|$))[^\p{C}\\/]+(?:\/(?!\.{1,2}(?:\/|$))[^\p{C}\\/]+)*$/u

function bucketOptions(bucket: string): Record<string, unknown> | undefined {
  try {
    const { use, options } = storageFromUrl(bucket.includes('://') ? bucket : `s3://${bucket}`, '/')
    const { bucket: name, prefix = 'none' } = options
    const canBe = bucketShape.test(String(name)) && prefixShape.test(String(prefix))
    return use === 's3' && canBe ? options : undefined
  } catch {
    return undefined
  }
}

const verifierLines = [
  '# What checks a backup once it is stored.',
  'verifiers:',
  '  # Is it whole? Reads it back from the storage: length, sha256, every block, every table.',
  '  - use: archive',
  '  # Is it plausible? Compares it with the ones before; a backup that shrank freezes retention.',
  '  - use: size',
  '    options:',
  '      last: 4',
  '      tolerancePercent: 20',
  '',
]

const lastLines = [
  '# When holdfast-cron runs this job: Sundays at 3.',
  "# schedule: '0 3 * * 0'",
  '',
  '# Free text that goes into the manifest of every backup.',
  '# labels:',
  '#   environment: production',
]

function daysFrom(written: string | undefined, notes: string[]): number {
  if (!written) return defaultDays
  if (/^[1-9]\d{0,4}$/.test(written)) return Number(written)
  notes.push(
    `BACKUP_RETENTION_DAYS is ${quoted(written)}, which is no number of days; ${defaultDays} is used.`,
  )
  return defaultDays
}

function jobName({ DATABASE_URL, PGDATABASE }: Environment): string {
  const name = databaseIn(DATABASE_URL ?? '') ?? (DATABASE_URL ? undefined : PGDATABASE)
  return name ? jobNameFor(name) : 'main'
}

// Only from what surely is a URL: what looks like a name in a broken one may be a part of the password.
function databaseIn(url: string): string | undefined {
  const keyword = /(?:^|\s)dbname\s*=\s*'?([^'\s]+)/.exec(url)?.[1]
  try {
    return url.includes('://') ? decodeURIComponent(new URL(url).pathname.slice(1)) : keyword
  } catch {
    return undefined
  }
}

/** As a key of YAML that is surely text. */
function keyFor(name: string): string {
  return /^[A-Za-z][\w-]*$/.test(name) && !/^(true|false|null)$/i.test(name) ? name : quoted(name)
}

/** On one line, whatever is in it. */
function quoted(value: unknown): string {
  return JSON.stringify(value)
}

function indented(spaces: number): (line: string) => string {
  return (line) => (line === '' ? '' : ' '.repeat(spaces) + line)
}
