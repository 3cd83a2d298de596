import { expect, test } from 'vitest'
import { implicitConfig } from './implicit.ts'
import { findJob } from './jobs.ts'
import { jobNameFor, jobNamePattern } from './job-name.ts'

const storage = { use: 'local', options: { path: '/backups' } }
const at = { baseDirectory: '/work', environment: {} }

test('a job from the command line is complete', () => {
  const database = 'postgresql://u:canary@h/shop'
  const config = implicitConfig(
    { name: 'shop', database, storage, labels: { by: 'me' }, dump: { kind: 'schema' } },
    at,
  )
  const job = findJob(config, 'shop')
  expect(job).toMatchObject({
    name: 'shop',
    dump: { kind: 'schema', globals: false, rowCounts: false, format: 'custom' },
    compression: { algorithm: 'zstd', level: 1 },
    storages: [{ use: 'local', name: 'local', options: { path: '/backups' } }],
    verifiers: [{ use: 'archive' }, { use: 'size' }],
    notifiers: [],
    labels: { by: 'me' },
  })
  expect(job.storages[0]).not.toHaveProperty('retention')
  expect(job.database?.reveal()).toBe(database)
  expect(config.secrets.map((secret) => secret.reveal())).toEqual(['canary'])
  expect(config.origin.baseDirectory).toBe('/work')
})

test('without a database it is that of the PG* variables, whose password is a secret', () => {
  const config = implicitConfig({ name: 'shop', storage }, { ...at, environment: { PGPASSWORD: 'canary' } })
  expect(findJob(config, 'shop').database).toBeUndefined()
  expect(config.secrets.map((secret) => secret.reveal())).toEqual(['canary'])
})

test('text that looks like a variable is just text', () => {
  const config = implicitConfig({ name: 'shop', storage, labels: { a: '${HOME}' } }, at)
  expect(findJob(config, 'shop').labels).toEqual({ a: '${HOME}' })
})

test('the same rules hold', () => {
  expect(() => implicitConfig({ name: 'shop', storage, dump: { tables: { include: ['a'] } } }, at)).toThrow(
    'command line  jobs.shop.dump.tables.include  needs kind: tables, and the kind is full',
  )
})

test('a job that is not there', () => {
  const config = implicitConfig({ name: 'shop', storage }, at)
  expect(() => findJob(config, 'shpo')).toThrow('command line has no job shpo')
  expect(() => findJob(config, 'constructor')).toThrow(
    expect.objectContaining({ code: 'JOB_NOT_FOUND', hint: 'It has shop.' }),
  )
  expect(() => findJob(config, 'shpo')).toThrow(
    expect.objectContaining({ hint: 'Did you mean shop? It has shop.' }),
  )
})

test.for(['shop', 'Shop_2.eu-west', '1', 'x'.repeat(100)])(
  'the job of the database %s has its name',
  (database) => {
    expect(jobNameFor(database)).toBe(database)
  },
)

test.for([
  ['a/../b', 'a-..-b'],
  ['-x', 'x'],
  ['_x', 'x'],
  ['a=b', 'a-b'],
  ['🐘', 'database'],
  ['', 'database'],
  ['Bücher und Söhne', 'B-cher-und-S-hne'],
  ['x'.repeat(101), 'x'.repeat(90)],
] as const)('the job of the database %j is %s and a digest', ([database, slug]) => {
  const name = jobNameFor(database)
  expect(name).toMatch(jobNamePattern)
  expect(name.slice(0, -7)).toBe(slug)
  expect(name.slice(-7)).toMatch(/^-[0-9a-f]{6}$/)
  expect(jobNameFor(database)).toBe(name)
})

test('databases whose names look alike get different jobs', () => {
  expect(new Set(['a=b', 'a b', 'a/b', 'a-b', '-a-b'].map(jobNameFor)).size).toBe(5)
})
