import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestDatabase } from '@holdfast/lab'
import { exitCodes, type Report } from '@holdfast/plugin'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createShop, openDesk, type Desk, type Running } from './holdfast.test.tool.ts'

let desk: Desk
let shop: TestDatabase

const seen = new Set<number>()

beforeAll(async () => {
  ;({ shop } = await createShop(inject('postgresUrl'), 'cli_exit'))
  desk = await openDesk({ DATABASE_URL: shop.url })
})

afterAll(async () => {
  await desk.clear()
  await shop.drop()
})

/** Runs to the end: how it ended, and the last error code that it named. */
async function ended(running: Running) {
  const { exitCode, stdout, stderr } = await running
  if (exitCode !== undefined) seen.add(exitCode)
  const code =
    /"error":\{"code":"(\w+)"/.exec(stdout)?.[1] ??
    /^ {2}([A-Z]+_[A-Z_]+|INTERNAL)\b.*docs/m.exec(stderr)?.[1]
  return { exitCode, code, stdout, stderr }
}

/** Writes a configuration and resolves with what makes the command use it. */
async function configure(name: string, config: object): Promise<string[]> {
  await writeFile(join(desk.directory, name), JSON.stringify(config))
  return ['--config', name]
}

/** Takes a table of the shop from everybody until it is let go. */
async function lockOrders(): Promise<() => Promise<void>> {
  const held = shop
    .psql('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)')
    .catch(() => {})
  // Other test files have sessions in this server too.
  const holder = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
  while ((await shop.psql(`SELECT count(*) ${holder}`)) !== '1') await sleep(50)
  return async () => {
    await shop.psql(`SELECT pg_terminate_backend(pid) ${holder}`)
    await held
  }
}

/** How many sessions in the shop wait for a table: a run that does has the lock of its job. */
async function waitingRuns(): Promise<number> {
  return Number(
    await shop.psql(`SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
      WHERE datname = current_database() AND locktype = 'relation' AND NOT granted`),
  )
}

describe('exit codes', () => {
  it('0: a backup that is there', async () => {
    expect(await ended(desk.run(['backup', '--quiet']))).toMatchObject({
      exitCode: 0,
      stderr: '',
    })
  })

  it('1: a plugin that breaks', async () => {
    const broken = `export default { apiVersion: 1, kind: 'verifier', name: 'broken', parseOptions: () => ({}),
      create: () => ({ proves: 'archive', verify: () => { throw new TypeError('this is a defect') } }) }`
    await writeFile(join(desk.directory, 'broken.mjs'), broken)
    const config = await configure('broken.json', {
      jobs: {
        shop: {
          database: shop.url,
          storages: [{ use: 'local', options: { path: 'broken' } }],
          verifiers: [{ use: './broken.mjs', name: 'broken' }],
        },
      },
    })
    expect(await ended(desk.run(['backup', ...config]))).toMatchObject({ exitCode: 1, code: 'INTERNAL' })
  })

  it('1: a plugin from which an error escapes, cleaned up all the same', async () => {
    const escaping = `export default { apiVersion: 1, kind: 'verifier', name: 'escaping', parseOptions: () => ({}),
      create: () => ({ proves: 'archive', verify: (input, signal) => new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        setTimeout(() => { throw new Error('too late to catch') }, 1)
      }) }) }`
    await writeFile(join(desk.directory, 'escaping.mjs'), escaping)
    const storage = { use: 'local', options: { path: 'escaping' } }
    const config = await configure('escaping.json', {
      jobs: {
        shop: {
          ...good().jobs.shop,
          storages: [storage],
          verifiers: [{ use: './escaping.mjs', name: 'escaping' }],
        },
      },
    })
    const { exitCode, code, stdout } = await ended(desk.run(['backup', '--json', ...config]))
    expect({ exitCode, code }).toEqual({ exitCode: 1, code: 'INTERNAL' })
    expect(stdout).toContain('an error that nobody caught: too late to catch')
  })

  it.each([
    [['backup', '--jsno'], 'USAGE_INVALID', 'Did you mean --json?'],
    [['bakcup'], 'USAGE_INVALID', 'Did you mean backup?'],
    [['help', 'restor'], 'USAGE_INVALID', 'Did you mean restore?'],
    [['show', 'nothing', '--from', 'backups'], 'BACKUP_NOT_FOUND', 'there is no backup "nothing"'],
    [['list', '--from', 'ftp://host/x'], 'USAGE_INVALID', 'ftp://'],
    [['backup', 'shop', '--to', 'x'], 'USAGE_INVALID', 'can only name a job of a configuration'],
    [['restore', 'latest'], 'USAGE_INVALID', '--to'],
    [['backup', '--schema-only', '--data-only'], 'USAGE_INVALID', '--data-only'],
    [['backup', '--to', 's3://b/x'], 'CONFIG_INVALID', 'must be the name of a bucket'],
    [['list', '--config', 'missing.yaml'], 'CONFIG_NOT_FOUND', 'missing.yaml'],
  ] as const)('2: %j', async (arguments_, code, words) => {
    const result = await ended(desk.run(arguments_))
    expect(result).toMatchObject({ exitCode: 2, code, stderr: expect.stringContaining(words) })
  })

  it('2: a plugin that is not installed', async () => {
    const config = await configure('absent.json', {
      jobs: { shop: { ...good().jobs.shop, storages: [{ use: '@holdfast/storage-tape' }] } },
    })
    expect(await ended(desk.run(['backup', ...config]))).toMatchObject({
      exitCode: 2,
      code: 'PLUGIN_NOT_FOUND',
      stderr: expect.stringContaining('the package @holdfast/storage-tape is'),
    })
  })

  it('2: a configuration with mistakes, all of them told', async () => {
    const config = await configure('wrong.json', { jobs: { shop: { storage: [], storages: [] }, 'a b': {} } })
    const { stderr } = await desk.run(['backup', ...config])
    expect(stderr).toContain('did you mean `storages`?')
    expect(await ended(desk.run(['backup', ...config, '--json']))).toMatchObject({
      exitCode: 2,
      code: 'CONFIG_INVALID',
    })
    const mistyped = desk.run(['backup', 'shpo', ...(await configure('good.json', good()))])
    expect(await ended(mistyped)).toMatchObject({
      exitCode: 2,
      code: 'JOB_NOT_FOUND',
      stderr: expect.stringContaining('Did you mean shop?'),
    })
  })

  it('3: a server that does not answer', async () => {
    const running = desk.run(['backup'], { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/x' })
    expect(await ended(running)).toMatchObject({ exitCode: 3, code: 'DATABASE_UNREACHABLE' })
  })

  it('4: a storage that is a file', async () => {
    await writeFile(join(desk.directory, 'file'), '')
    const { exitCode, stderr } = await ended(desk.run(['backup', '--to', 'file']))
    expect(exitCode).toBe(4)
    expect(stderr).toMatch(/STORAGE_\w+ in preflight, local/)
  })

  it('5: a stored dump that was damaged, and a backup that shrank', async () => {
    expect((await ended(desk.run(['backup', '--quiet', '--to', 'five']))).exitCode).toBe(0)
    await shop.psql('DELETE FROM orders WHERE id % 2 = 0')
    const shrunk = await ended(desk.run(['backup', '--json', '--to', 'five']))
    expect(shrunk).toMatchObject({ exitCode: 5, code: 'VERIFY_SUSPECT' })
    const suspect = JSON.parse(shrunk.stdout) as Report
    expect(suspect).toMatchObject({
      status: 'suspect',
      error: { code: 'VERIFY_SUSPECT', stage: 'verify', plugin: 'size' },
    })
    expect((await desk.run(['prune', '--from', 'five', '--last', '1'])).stderr).toContain('frozen')
    expect((await ended(desk.run(['accept', suspect.backup!.id, '--from', 'five']))).exitCode).toBe(0)
    expect((await ended(desk.run(['backup', '--quiet', '--to', 'five']))).exitCode).toBe(0)

    const [dump] = suspect.backup!.objects
    const path = join(desk.directory, 'five', dump!.key)
    const bytes = await readFile(path)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(path, bytes)
    const verified = await ended(desk.run(['verify', suspect.backup!.id, '--from', 'five']))
    expect(verified).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('is damaged') })
    const got = desk.run(['get', suspect.backup!.id, '--from', 'five', '--output', 'got'])
    expect(await ended(got)).toMatchObject({ exitCode: 5, code: 'VERIFY_DIGEST' })
    expect((await readdir(desk.directory)).filter((name) => name.startsWith('got'))).toEqual([])
  })

  it('6: a secondary storage that fails', async () => {
    const config = await configure('partial.json', {
      jobs: {
        shop: {
          ...good().jobs.shop,
          storages: [
            ...good().jobs.shop.storages,
            { use: 'local', name: 'second', options: { path: 'file/x' } },
          ],
        },
      },
    })
    const { exitCode, stdout } = await ended(desk.run(['backup', '--json', ...config]))
    expect(exitCode).toBe(6)
    const report = JSON.parse(stdout) as Report
    expect(report.status).toBe('partial')
    expect(report.storages.map(({ status }) => status)).toEqual(['stored', 'failed'])
  })

  it('7, 130 and 143: one run at a time, and each can be cancelled', async () => {
    const release = await lockOrders()
    try {
      for (const [signal, exitCode, code] of [
        ['SIGINT', 130, 'RUN_INTERRUPTED'],
        ['SIGTERM', 143, 'RUN_TERMINATED'],
      ] as const) {
        const running = desk.run(['backup', '--json', '--to', 'cancelled'])
        while ((await waitingRuns()) === 0) await sleep(50)
        const second = await ended(desk.run(['backup', '--to', 'cancelled']))
        expect(second).toMatchObject({ exitCode: 7, code: 'RUN_LOCKED' })
        const since = Date.now()
        running.kill(signal)
        const cancelled = await ended(running)
        expect(cancelled).toMatchObject({
          exitCode,
          code,
          stdout: expect.stringContaining('"status":"cancelled"'),
        })
        expect(Date.now() - since).toBeLessThan(10_000)
        while ((await waitingRuns()) > 0) await sleep(20)
      }
    } finally {
      await release()
    }
    const { stdout } = await desk.run(['list', '--json', '--from', 'cancelled'])
    expect(stdout).toBe('[]')
  }, 90_000)

  it('of several jobs are that of the one that went worst, and each has its report', async () => {
    const { shop: job } = good().jobs
    const unreachable = { ...job, database: 'postgresql://nobody@127.0.0.1:1/x' }
    const config = await configure('several.json', { jobs: { first: unreachable, second: job } })
    const { stdout, exitCode } = await desk.run(['backup', '--json', ...config])
    expect(exitCode).toBe(3)
    const reports = stdout.split('\n').map((line) => JSON.parse(line) as Report)
    expect(reports.map((report) => [report.job, report.status])).toEqual([
      ['first', 'failed'],
      ['second', 'succeeded'],
    ])
  })

  it('are all of those that are documented', () => {
    expect([...seen].toSorted((a, b) => a - b)).toEqual(exitCodes.map(({ code }) => code))
  })
})

function good() {
  return {
    jobs: {
      shop: { database: shop.url, storages: [{ use: 'local', options: { path: 'good' } }] as object[] },
    },
  }
}

describe('--json', () => {
  it('prints one report for backup even when no job could start', async () => {
    const { stdout, exitCode } = await desk.run(['backup', '--json'], { DATABASE_URL: '' })
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      command: 'backup',
      status: 'failed',
      job: '',
      storages: [],
      verdicts: [],
      notifications: [],
      retention: [],
      warnings: [],
      error: { code: 'CONFIG_NOT_FOUND', hint: expect.stringContaining('DATABASE_URL') },
    })
  })

  it('prints one document for every other command that fails', async () => {
    for (const arguments_ of [
      ['verify', 'nothing'],
      ['restore', 'nothing', '--to', shop.url],
      ['show', 'nothing'],
      ['backup', '--bogus'],
    ]) {
      const { stdout, exitCode } = await desk.run([...arguments_, '--json'])
      expect(exitCode).toBe(2)
      expect(JSON.parse(stdout)).toMatchObject({
        schemaVersion: 1,
        command: arguments_[0],
        status: 'failed',
        error: { code: expect.stringMatching(/^[A-Z_]+$/) },
      })
    }
  })
})

describe('secrets', () => {
  it('never show, whatever goes wrong', async () => {
    const url = new URL(shop.url)
    url.password = 'canary-9f3e/@:'
    const { password } = url
    for (const arguments_ of [
      ['backup', '--database', url.href, '--json'],
      ['doctor', '--database', url.href],
      ['restore', 'latest', '--from', 'backups', '--to', url.href],
      ['backup', url.href],
      ['list', '--from', `s3://key:${password}@bucket/x`],
    ]) {
      const { stdout, stderr, exitCode } = await desk.run(arguments_)
      expect(exitCode).not.toBe(0)
      expect(stdout + stderr).not.toContain('canary')
    }
  })

  it('on the command line are used, but their owner is told', async () => {
    const { stderr, exitCode } = await desk.run(['backup', '--database', shop.url, '--dry-run', '--quiet'])
    expect(exitCode).toBe(0)
    expect(stderr).toContain('put it in DATABASE_URL or ~/.pgpass instead')
    expect((await desk.run(['backup', '--dry-run', '--quiet'])).stderr).toBe('')
  })
})
