import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfigError } from './problems.ts'
import { readConfig } from './read.ts'

let directory: string
let file: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-config-'))
  file = join(directory, 'holdfast.config.yaml')
})
afterAll(() => rm(directory, { recursive: true }))

/** What is wrong with a text, one line each, without the name of the file. */
async function refusalOf(text: string, environment: Record<string, string> = {}): Promise<ConfigError> {
  await writeFile(file, text)
  const error: unknown = await readConfig(file, { environment }).then(
    () => new Error('the configuration was accepted'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof ConfigError)) throw error
  return error
}

async function problemsOf(text: string, environment?: Record<string, string>): Promise<string[]> {
  const { message } = await refusalOf(text, environment)
  return message.split('\n').map((line) => line.replace(`${file}:`, '').replace(`${file}  `, ''))
}

/** A private key that opens nothing. */
const identity = 'AGE-SECRET-KEY-18JYA4EGKVZS8T89NAW6GY6K7RZ0SGG7EJP8EXWCKN5AR9JSNYWGST77QLM'

/** A job around some lines of its own. */
function job(...lines: string[]): string {
  return [
    'jobs:',
    '  shop:',
    '    storages: [{ use: local }]',
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\n')
}

/** A storage around some lines of its own; the first of them is line 6. */
function storage(...lines: string[]): string {
  return [
    'jobs:',
    '  shop:',
    '    storages:',
    '      - use: local',
    ...lines.map((line) => `        ${line}`),
  ].join('\n')
}

test.for<[what: string, text: string, ...problems: string[]]>([
  ['an empty file', '', 'must be a mapping, is empty'],
  ['a list', '- 1\n', 'must be a mapping, is a list'],
  ['no jobs', '{}', 'jobs  is missing'],
  ['an empty jobs', 'jobs: {}', '1:1  jobs  needs at least one job'],
  ['jobs without a value', 'jobs:\n', '1:1  jobs  must be a mapping, is empty'],
  [
    'a near miss at the top',
    'jobs: {}\nJobs: 1\n',
    '1:1  jobs  needs at least one job',
    '2:1  Jobs  is not a known key; did you mean `jobs`?',
  ],
  ['a job without storages', 'jobs:\n  shop: {}\n', '2:3  jobs.shop.storages  is missing'],
  [
    'an empty list of storages',
    'jobs:\n  shop:\n    storages: []\n',
    '3:5  jobs.shop.storages  needs at least one entry',
  ],
  ['a job that is no mapping', 'jobs:\n  shop: 5\n', '2:9  jobs.shop  must be a mapping, is 5'],
  ['a near miss', job('storage: []'), '4:5  jobs.shop.storage  is not a known key; did you mean `storages`?'],
  [
    'a key that is nowhere near',
    job('zebra: 1'),
    '4:5  jobs.shop.zebra  is not a known key; known are database, dump, compression, encryption, signing, storages, verifiers, notifiers, expectEvery, schedule, labels',
  ],
  [
    'retention in the wrong place',
    job('retention: { days: 3 }'),
    '4:5  jobs.shop.retention  is not a known key here; it belongs at jobs.*.storages[].retention',
  ],
  [
    'a bad job name',
    'jobs:\n  "a b":\n    storages: [{ use: local }]\n',
    '2:3  jobs["a b"]  is not the name of a job: letters, digits, dots, dashes and underscores, 100 at most',
  ],
  [
    'a job name that is a path',
    'jobs:\n  "../x":\n    storages: [{ use: local }]\n',
    '2:3  jobs["../x"]  is not the name of a job: letters, digits, dots, dashes and underscores, 100 at most',
  ],
  [
    'job names that differ in case only',
    'jobs:\n  shop: { storages: [{ use: local }] }\n  Shop: { storages: [{ use: local }] }\n',
    '3:3  jobs.Shop  differs from the job shop in upper and lower case only',
  ],
  [
    'a job called __proto__',
    'jobs:\n  __proto__: { storages: [] }\n',
    '1:1  jobs  needs at least one job',
    '2:3  jobs.__proto__  is not a usable key',
  ],
  ['an empty database', job("database: ''"), '4:15  jobs.shop.database  must not be empty'],
  ['a database that is a number', job('database: 5'), '4:15  jobs.shop.database  must be text, is 5'],
  [
    'an unknown kind',
    job('dump: { kind: ful }'),
    '4:19  jobs.shop.dump.kind  must be full, schema, data or tables, is "ful"; did you mean `full`?',
  ],
  [
    'an unknown format',
    job('dump: { format: tar }'),
    '4:21  jobs.shop.dump.format  must be custom or plain, is "tar"',
  ],
  ['a dump without a value', job('dump:'), '4:5  jobs.shop.dump  must be a mapping, is empty'],
  [
    'a switch that is text',
    job('dump: { ownership: yes }'),
    '4:24  jobs.shop.dump.ownership  must be true or false, is "yes"',
  ],
  [
    'no sessions',
    job('dump: { countSessions: 0 }'),
    '4:28  jobs.shop.dump.countSessions  must be 1 or more, is 0',
  ],
  [
    'half a session',
    job('dump: { countSessions: 1.5 }'),
    '4:28  jobs.shop.dump.countSessions  must be a whole number, is 1.5',
  ],
  [
    'a number that is none',
    job('dump: { countSessions: .nan }'),
    '4:28  jobs.shop.dump.countSessions  must be a whole number, is NaN',
  ],
  [
    'a time-out of zero',
    job('dump: { stallTimeoutMs: 0 }'),
    '4:29  jobs.shop.dump.stallTimeoutMs  must be 1 or more, is 0',
  ],
  [
    'a time-out that no timer can hold',
    job('dump: { lockWaitTimeoutMs: 2147483648 }'),
    '4:32  jobs.shop.dump.lockWaitTimeoutMs  must be 2147483647 or less, is 2147483648',
  ],
  [
    'patterns without kind tables',
    job('dump:', '  tables:', '    include: [a]', '    exclude: [b]'),
    '6:9  jobs.shop.dump.tables.include  needs kind: tables, and the kind is full',
    '7:9  jobs.shop.dump.tables.exclude  needs kind: tables, and the kind is full',
  ],
  [
    'kind tables without patterns',
    job('dump: { kind: tables }'),
    '4:19  jobs.shop.dump.kind  is tables, but tables.include and tables.exclude are empty',
  ],
  [
    'an empty pattern',
    job("dump: { kind: tables, tables: { include: [''] } }"),
    '4:47  jobs.shop.dump.tables.include[0]  must not be empty',
  ],
  [
    'globals of a schema dump',
    job('dump: { kind: schema, globals: true }'),
    '4:36  jobs.shop.dump.globals  needs kind: full, and the kind is schema',
  ],
  [
    'row counts of a schema dump',
    job('dump: { kind: schema, rowCounts: true }'),
    '4:38  jobs.shop.dump.rowCounts  makes no sense with kind: schema, which has no rows',
  ],
  [
    'an unknown compression',
    job('compression: zst'),
    '4:18  jobs.shop.compression  must be zstd, gzip or none, is "zst"; did you mean `zstd`?',
  ],
  [
    'an unknown algorithm',
    job('compression: { algorithm: gzipp }'),
    '4:31  jobs.shop.compression.algorithm  must be zstd, gzip or none, is "gzipp"; did you mean `gzip`?',
  ],
  [
    'a level out of range',
    job('compression: { algorithm: gzip, level: 10 }'),
    '4:44  jobs.shop.compression.level  must be 9 or less, is 10',
  ],
  [
    'a level of nothing',
    job('compression: { algorithm: none, level: 1 }'),
    '4:37  jobs.shop.compression.level  does not go with the other keys here',
  ],
  [
    'a compression without an algorithm',
    job('compression: { level: 1 }'),
    '4:5  jobs.shop.compression.algorithm  must be zstd, gzip or none, and is missing',
  ],
  [
    'a compression that is a number',
    job('compression: 5'),
    '4:18  jobs.shop.compression  must be zstd, gzip or none, is 5',
  ],
  [
    'a plugin that is text',
    job('notifiers: [slack]'),
    '4:17  jobs.shop.notifiers[0]  must be a mapping, is "slack"',
  ],
  [
    'an event that there is not',
    job('notifiers: [{ use: slack, on: [backup.fail] }]'),
    '4:36  jobs.shop.notifiers[0].on[0]  must be backup.started, backup.succeeded, backup.recovered, backup.suspect, backup.partial, backup.failed, verify.failed, prune.failed or backup.missed, is "backup.fail"; did you mean `backup.failed`?',
  ],
  [
    'a length of time without its unit',
    job('expectEvery: 36'),
    '4:18  jobs.shop.expectEvery  must be text, is 36',
  ],
  [
    'a length of time in two parts',
    job('expectEvery: 1d12h'),
    '4:18  jobs.shop.expectEvery  must be a whole number with its unit, such as 36h, is "1d12h"',
  ],
  ['a plugin without use', job('notifiers:', '  - name: x'), '5:9  jobs.shop.notifiers[0].use  is missing'],
  [
    'a use that is nothing',
    job('notifiers: [{ use: A B }]'),
    '4:24  jobs.shop.notifiers[0].use  must be a short name, a package name or a path, is "A B"',
  ],
  [
    'two storages of one name',
    'jobs:\n  shop:\n    storages:\n      - use: local\n      - use: local\n      - use: s3\n        name: local\n',
    '5:14  jobs.shop.storages[1].use  is used above as well; give each a name of its own with `name`',
    '7:15  jobs.shop.storages[2].name  is the name of another one above',
  ],
  [
    'options that are a list',
    storage('options: [1]'),
    '5:9  jobs.shop.storages[0].options  must be a mapping, is a list',
  ],
  [
    'retention of negative days',
    storage('retention:', '  days: -3'),
    '6:17  jobs.shop.storages[0].retention.days  must be 1 or more, is -3',
  ],
  [
    'retention that keeps 0',
    storage('retention: { last: 0, minKeep: 0 }'),
    '5:28  jobs.shop.storages[0].retention.last  must be 1 or more, is 0',
    '5:40  jobs.shop.storages[0].retention.minKeep  must be 1 or more, is 0',
  ],
  [
    'retention without a rule',
    storage('retention: { minKeep: 3 }'),
    '5:9  jobs.shop.storages[0].retention  needs at least one of days, last, daily, weekly, monthly, yearly; leave it out to keep everything',
  ],
  [
    'retention of a label without a rule',
    storage('retention:', '  labels:', '    pre-deploy: {}'),
    '7:13  jobs.shop.storages[0].retention.labels.pre-deploy  needs at least one of days, last, daily, weekly, monthly, yearly; leave it out to keep everything',
  ],
  [
    'a mistyped rule',
    storage('retention: { day: 3, last: 1 }'),
    '5:22  jobs.shop.storages[0].retention.day  is not a known key; did you mean `days`?',
  ],
  [
    'retention without a unit',
    storage('retention: 90'),
    '5:20  jobs.shop.storages[0].retention  must be a mapping, is 90',
  ],
  [
    'encryption to nobody',
    job('encryption: { identityFiles: [key.txt] }'),
    '4:5  jobs.shop.encryption  needs recipients, recipientsFiles or a passphrase to encrypt to',
  ],
  [
    'encryption in two ways',
    job('encryption: { recipientsFiles: [all.txt], passphrase: swordfish-swordfish }'),
    '4:59  jobs.shop.encryption.passphrase  does not go with recipients: an age file has the one or the other',
  ],
  [
    'an identity in the place of a recipient',
    job('encryption:', '  recipients:', `    - ${identity}`),
    '6:11  jobs.shop.encryption.recipients[0]  is an identity, the private half of a key; only its recipient (age1…) belongs here',
  ],
  [
    'recipients that are none',
    job('encryption:', '  recipients: [age1mistyped, ./recipients.txt, 7]'),
    '5:20  jobs.shop.encryption.recipients[0]  is not an age recipient: a character of it is wrong or missing',
    '5:34  jobs.shop.encryption.recipients[1]  looks like a file; files go into recipientsFiles',
    '5:52  jobs.shop.encryption.recipients[2]  must be text, is 7',
  ],
  [
    'signing without a key',
    job('signing: {}'),
    '4:5  jobs.shop.signing  needs a keyFile to sign with, publicKeys to check with, or both',
  ],
  [
    'a public key that is a file',
    job('signing: { publicKeys: [shop.pub.pem] }'),
    '4:29  jobs.shop.signing.publicKeys[0]  looks like a file; write ${file:PATH} to take the key from one',
  ],
  [
    'a mistyped schedule',
    job('schedule: { backups: "@daily" }'),
    '4:17  jobs.shop.schedule.backups  is not a known key; did you mean `backup`?',
  ],
  [
    'a blackout without a unit',
    job('schedule: { blackouts: [{ at: "@daily", for: "10" }] }'),
    '4:50  jobs.shop.schedule.blackouts[0].for  must be a whole number with its unit, such as 10h, is "10"',
  ],
  [
    'a label that is a number',
    job('labels: { version: 1 }'),
    '4:24  jobs.shop.labels.version  must be text, is 1',
  ],
])('refuses %s', async ([, text, ...problems]) => {
  expect(await problemsOf(text)).toEqual(problems)
})

test('never shows a private key, wherever it stands', async () => {
  for (const place of ['database: 1', 'schedule: KEY', 'compression: KEY', 'storages: KEY']) {
    const { message } = await refusalOf(
      `jobs:\n  shop:\n    ${place.replace('KEY', identity)}\n    dump: ${identity}\n`,
    )
    expect(message.toUpperCase()).not.toContain(identity.slice(15, 40))
  }
})

test.for<[what: string, text: string, ...problems: string[]]>([
  ['a key twice', 'jobs: {}\njobs: {}\n', '2:1  the same key twice in one mapping'],
  ['a tab', 'jobs:\n\tshop: {}\n', '2:1  Tabs are not allowed as indentation'],
  [
    'a misplaced bracket in JSON',
    '{ "jobs": [ }',
    '1:13  Flow sequence in block collection must be sufficiently indented and end with a ]',
    '1:13  Flow map must end with a }',
  ],
  [
    'two documents',
    'jobs: {}\n---\njobs: {}\n',
    '2:1  a second document begins here; a configuration is one document',
  ],
  ['an unknown tag', 'jobs: !env X\n', '1:7  Unresolved tag: !env'],
  [
    'an unquoted nickname',
    job('schedule: @daily'),
    '4:15  Plain value cannot start with reserved character @',
  ],
])('cannot read %s', async ([, text, ...problems]) => {
  const error = await refusalOf(text)
  expect(error.code).toBe('CONFIG_UNREADABLE')
  expect(error.message.replaceAll(`${file}:`, '').split('\n')).toEqual(problems)
})

test('everything wrong is in one error, in the order of the file', async () => {
  const text = [
    'jobz: 1',
    'jobs:',
    '  shop:',
    '    database: ${NOT_SET}',
    '    dump: { kind: ful }',
    '    storages:',
    '      - use: local',
    '        retention: { days: -1 }',
    '',
  ].join('\n')
  const error = await refusalOf(text)
  expect(error).toMatchObject({ name: 'HoldfastError', code: 'CONFIG_INVALID' })
  expect(error.problems).toEqual([
    { file, line: 1, column: 1, path: 'jobz', message: 'is not a known key', suggestion: 'jobs' },
    {
      file,
      line: 4,
      column: 15,
      path: 'jobs.shop.database',
      message: 'the environment variable NOT_SET is not set',
    },
    {
      file,
      line: 5,
      column: 19,
      path: 'jobs.shop.dump.kind',
      message: 'must be full, schema, data or tables, is "ful"',
      suggestion: 'full',
    },
    {
      file,
      line: 8,
      column: 28,
      path: 'jobs.shop.storages[0].retention.days',
      message: 'must be 1 or more, is -1',
    },
  ])
  expect(error.message.split('\n')).toHaveLength(4)
  expect(error.message.split('\n')[3]).toBe(
    `${file}:8:28  jobs.shop.storages[0].retention.days  must be 1 or more, is -1`,
  )
})

test('all variables and files that are not there are named at once, with their places', async () => {
  const text = job(
    'database: ${DATABSE_URL}',
    'labels: { a: "${file:secrets/a}", b: "${B}${C}", c: "${file:.}" }',
  )
  const error = await refusalOf(text, { DATABASE_URL: 'postgresql:///shop', B: '1' })
  expect(error.code).toBe('CONFIG_VARIABLE_UNSET')
  expect(error.message.replaceAll(`${file}:`, '').split('\n')).toEqual([
    '4:15  jobs.shop.database  the environment variable DATABSE_URL is not set; did you mean `DATABASE_URL`?',
    `5:18  jobs.shop.labels.a  the file ${join(directory, 'secrets/a')} does not exist`,
    '5:42  jobs.shop.labels.b  the environment variable C is not set',
    `5:57  jobs.shop.labels.c  the file ${directory} is a directory`,
  ])
})

test.for([
  ['${', 'has a ${ without its }'],
  ['a${B', 'has a ${ without its }'],
  ['${}', 'has a ${…} that is not a variable'],
  ['${1A}', 'has a ${…} that is not a variable'],
  ['${A-b}', 'has a ${…} that is not a variable'],
  ['${file:}', 'has a ${…} that is not a variable'],
  ['${A:-${B}}', 'has one ${…} inside another'],
])('refuses the reference %s', async ([reference, reason]) => {
  expect(await problemsOf(job(`database: '${reference}'`), { A: '', B: '' })).toEqual([
    `4:15  jobs.shop.database  ${reason}; it can be \${NAME}, \${NAME:-default} or \${file:PATH}, and $\${ is a plain \${`,
  ])
})

test('what stands behind an anchor is reported at the anchor, and anchors can not run away', async () => {
  const shared = 'jobs:\n  a:\n    storages: &s\n      - use: local\n        nam: x\n  b:\n    storages: *s\n'
  expect(await problemsOf(shared)).toEqual([
    '5:9  jobs.a.storages[0].nam  is not a known key; did you mean `name`?',
    '5:9  jobs.b.storages[0].nam  is not a known key; did you mean `name`?',
  ])
  expect(await problemsOf(job('labels: *nope'))).toEqual([
    '4:5  jobs.shop.labels  refers to the anchor &nope, which is not above it',
  ])
  expect(await problemsOf(job('labels: &l { a: *l }'))).toEqual([
    '4:18  jobs.shop.labels.a  refers to the anchor &l, which it is a part of',
  ])
  const bomb = [
    'a: &a [1,1,1,1,1,1,1,1,1]',
    ...'bcdefgh'.split('').map((name, index) => {
      const inner = `*${'abcdefg'[index]}`
      return `${name}: &${name} [${Array(9).fill(inner).join(',')}]`
    }),
  ].join('\n')
  expect((await refusalOf(bomb)).problems.map(({ message }) => message)).toContain('is too large')
})

test('a secret is not shown, wherever it is wrong', async () => {
  const canary = 'c4n4ry-value'
  const lines = job(
    'compression: ${BACKUP_TOKEN}',
    'dump: { kind: "${URL}", format: "host=h password=${ODD}" }',
  )
  const error = await refusalOf(lines, {
    BACKUP_TOKEN: canary,
    URL: `postgresql://u:${canary}2@h/d`,
    ODD: `${canary}3`,
  })
  expect(error.problems).toHaveLength(3)
  expect(JSON.stringify([error.message, error.problems])).not.toContain(canary)
})

test('a long value is shortened', async () => {
  const [problem] = await problemsOf(job(`compression: ${'z'.repeat(100)}`))
  expect(problem).toMatch(/is "z{59}…"$/)
})
