import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { initConfig } from './init.ts'
import { readConfig } from './read.ts'
import type { Config } from './types.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-init-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function read(environment: Record<string, string>): Promise<Config> {
  const { fileName, text } = initConfig(environment)
  await writeFile(join(directory, fileName), text)
  return readConfig(join(directory, fileName), { environment })
}

const canary = 'c4n4ry'
const seed = {
  DATABASE_URL: `postgresql://postgres:${canary}@db.example.com:5432/shop`,
  S3_BACKUP_BUCKET: 's3://wastewise-backups/production',
  BACKUP_RETENTION_DAYS: '30',
  NOTIFICATION_EMAIL: 'devops@example.com',
}
const names = Object.keys(seed) as (keyof typeof seed)[]
const combinations = Array.from({ length: 2 ** names.length }, (_, bits) =>
  names.filter((_name, at) => bits & (1 << at)),
)

test.for(combinations.map((set) => [set] as const))('works as it stands with %j', async ([set]) => {
  const environment = Object.fromEntries(set.map((name) => [name, seed[name]]))
  const { jobs } = await read(environment)
  const has = (name: keyof typeof seed): boolean => set.includes(name)
  expect(jobs).toMatchObject([
    {
      name: has('DATABASE_URL') ? 'shop' : 'main',
      dump: { kind: 'full', format: 'custom', globals: true, rowCounts: true },
      storages: [
        {
          use: 'local',
          options: { path: './backups' },
          retention: {
            days: has('BACKUP_RETENTION_DAYS') ? 30 : 90,
            minKeep: 3,
            labels: { 'pre-deploy': { days: 7 } },
          },
        },
        ...(has('S3_BACKUP_BUCKET')
          ? [
              {
                use: 's3',
                options: {
                  bucket: 'wastewise-backups',
                  prefix: 'production',
                  serverSideEncryption: 'AES256',
                },
                retention: { days: has('BACKUP_RETENTION_DAYS') ? 30 : 90, minKeep: 3 },
              },
            ]
          : []),
      ],
      verifiers: [{ use: 'archive' }, { use: 'size' }],
      notifiers: has('NOTIFICATION_EMAIL')
        ? [
            {
              use: has('S3_BACKUP_BUCKET') ? 'ses' : 'smtp',
              options: { from: 'backups@example.com', to: ['devops@example.com'] },
            },
          ]
        : [],
    },
  ])
  expect(jobs[0]?.database?.reveal()).toBe(has('DATABASE_URL') ? seed.DATABASE_URL : undefined)

  const { text, notes } = initConfig(environment)
  expect(text).not.toContain(canary)
  expect(text.includes('use: s3')).toBe(has('S3_BACKUP_BUCKET'))
  expect(notes).toHaveLength(
    Number(!has('DATABASE_URL')) + Number(has('S3_BACKUP_BUCKET')) + Number(has('NOTIFICATION_EMAIL')),
  )
})

test.for([
  ['0', 90],
  ['-5', 90],
  ['ninety', 90],
  ['7.5', 90],
  ['1', 1],
] as const)('BACKUP_RETENTION_DAYS=%s gives %i', async ([days, expected]) => {
  const { jobs } = await read({ BACKUP_RETENTION_DAYS: days })
  expect(jobs[0]?.storages[0].retention?.days).toBe(expected)
  const complaint = initConfig({ BACKUP_RETENTION_DAYS: days }).notes.filter((note) =>
    note.includes('RETENTION'),
  )
  expect(complaint).toHaveLength(expected === 90 ? 1 : 0)
})

test.for([
  ['wastewise-backups', '"wastewise-backups"'],
  ['s3://bbb', '"bbb"'],
  ['s3://bbb/a/b c', '"bbb"'],
  ['s3://b', undefined],
  ['s3://bbb/../a', undefined],
  ['s3://bbb/a//b', undefined],
  ['s3://b b', undefined],
  ['gs://b', undefined],
  ['s3://key:secret@b', undefined],
  ['/srv', undefined],
] as const)('S3_BACKUP_BUCKET=%s', async ([bucket, written]) => {
  const { text, notes } = initConfig({ S3_BACKUP_BUCKET: bucket })
  expect(/bucket: (.*)/.exec(text)?.[1]).toBe(written)
  expect(notes.at(-1)).toContain(written === undefined ? 'left out' : 'Backups go to S3 as well')
  expect(text).not.toContain('secret')
  await read({ S3_BACKUP_BUCKET: bucket })
})

test.for([
  ['postgresql://h/true', 'true'],
  ['postgresql://h/12', '12'],
  ['postgresql://h/1e3', '1e3'],
  ['postgresql://h/a.b', 'a.b'],
  ['postgresql://h/m%C3%BCll', expect.stringMatching(/^m-ll-[0-9a-f]{6}$/)],
  ['postgresql://h', 'main'],
  ['postgresql://h1:1,h2:2/shop', 'main'],
  [`postgresql://u:pa/${canary}@h:x/shop`, 'main'],
  ["host=h dbname='shop'", 'shop'],
  ['host=h', 'main'],
] as const)('the job of %s', async ([url, name]) => {
  const { jobs } = await read({ DATABASE_URL: url, PGDATABASE: 'other' })
  expect(jobs.map((job) => job.name)).toEqual([name])
  expect(initConfig({ DATABASE_URL: url }).text).not.toContain(canary)
})

test('a value with a line break can not leave its comment', async () => {
  const evil = 'x\n    storages: []\n'
  const { jobs } = await read({
    NOTIFICATION_EMAIL: evil,
    S3_BACKUP_BUCKET: evil,
    BACKUP_RETENTION_DAYS: evil,
  })
  expect(jobs[0]?.storages).toHaveLength(1)
})

describe('mail', () => {
  test.for([
    [{}, 'smtp', { url: 'smtp://localhost:25' }],
    [
      { SMTP_URL: `smtps://u:${canary}@mail.example.com` },
      'smtp',
      { url: `smtps://u:${canary}@mail.example.com` },
    ],
    [{ S3_BACKUP_BUCKET: 'b' }, 'ses', {}],
    [{ S3_BACKUP_BUCKET: 'b', SMTP_URL: 'smtp://h' }, 'smtp', { url: 'smtp://h' }],
    [{ NOTIFICATION_FROM: 'other@example.com' }, 'smtp', { from: 'other@example.com' }],
  ] as const)('with %j it goes through %s', async ([variables, use, options]) => {
    const environment = { NOTIFICATION_EMAIL: 'devops@example.com', ...variables }
    const { jobs } = await read(environment)
    expect(jobs[0]?.notifiers).toMatchObject([
      { use, options: { from: 'backups@example.com', to: ['devops@example.com'], ...options } },
    ])
    expect(initConfig(environment).text).not.toContain(canary)
  })

  test('goes to several', async () => {
    const { jobs } = await read({ NOTIFICATION_EMAIL: 'a@x.example, b@y.example' })
    expect(jobs[0]?.notifiers).toMatchObject([
      { options: { from: 'backups@x.example', to: ['a@x.example', 'b@y.example'] } },
    ])
  })

  test.for(['devops', 'a@b@c', '${HOME}@example.com', ' , '])('is left out for %j', async (address) => {
    const { jobs } = await read({ NOTIFICATION_EMAIL: address })
    expect(jobs[0]?.notifiers).toEqual([])
    expect(initConfig({ NOTIFICATION_EMAIL: address }).notes.join()).toContain('no mail address')
  })

  test('is an example to take the # out of where there is no address', async () => {
    const { text } = initConfig({})
    const lines = text.split('\n').filter((line) => line.trim() !== 'notifiers: []')
    const start = lines.indexOf('    # notifiers:')
    const end = lines.findIndex((line, at) => at > start && !line.startsWith('    #'))
    const uncommented = lines.map((line, at) => (at >= start && at < end ? line.replace('# ', '') : line))
    await writeFile(join(directory, 'holdfast.config.yaml'), uncommented.join('\n'))
    const { jobs } = await readConfig(join(directory, 'holdfast.config.yaml'), { environment: {} })
    expect(jobs[0]?.notifiers).toMatchObject([
      {
        use: 'smtp',
        options: { url: 'smtp://localhost:25', from: 'backups@example.com', to: ['oncall@example.com'] },
      },
    ])
  })
})
