import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestDatabase } from '@holdfast/lab'
import type { Notification, Report } from '@holdfast/plugin'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { createShop, openDesk, type Desk } from './holdfast.test.tool.ts'

let desk: Desk
let shop: TestDatabase

beforeAll(async () => {
  ;({ shop } = await createShop(inject('postgresUrl'), 'cli_notify'))
  desk = await openDesk({ DATABASE_URL: shop.url })
  for (const [name, notify] of Object.entries(notifiers)) {
    await writeFile(join(desk.directory, `${name}.js`), pluginOf(name, notify))
  }
})
beforeEach(async () => {
  await rm(join(desk.directory, 'told'), { force: true })
  await rm(join(desk.directory, 'backups'), { recursive: true, force: true })
})
afterAll(async () => {
  await desk.clear()
  await shop.drop()
})

/** Notifiers as somebody could write them. */
const notifiers = {
  keeps: `async notify(notification) {
      await appendFile('told', JSON.stringify(notification) + '\\n')
    },
    check: async () => 'the file can be written'`,
  hangs: `notify() { setInterval(() => {}, 1000); return new Promise(() => {}) },
    check: () => new Promise(() => {})`,
  throws: `notify() { throw new TypeError('undefined is not a function') }`,
}

const pluginOf = (name: string, instance: string) => `import { appendFile } from 'node:fs/promises'
export default {
  apiVersion: 1, kind: 'notifier', name: '${name}', parseOptions: (input) => input ?? {},
  create: () => ({
    ${instance}
  }),
}`

const storageThatIsGone = `const gone = async () => { throw new Error('the bucket is gone') }
export default {
  apiVersion: 1, kind: 'storage', name: 'gone', parseOptions: () => ({}),
  create: () => ({
    check: gone, put: gone, get: gone, stat: gone, remove: gone, location: (key) => 'gone:' + key,
    async *list() { await gone() },
  }),
}`

const everything = [
  'backup.started',
  'backup.succeeded',
  'backup.recovered',
  'backup.failed',
  'backup.missed',
]

interface Job {
  database?: string
  notifiers?: object[]
  expectEvery?: string
  schedule?: string
  storages?: object[]
}

async function configure(job: Job, name = 'holdfast.config.json'): Promise<string[]> {
  const storages = [{ use: 'local', options: { path: 'backups' } }]
  const config = { jobs: { shop: { database: shop.url, storages, ...job } } }
  await writeFile(join(desk.directory, name), JSON.stringify(config))
  return ['--config', name]
}

const named = (name: string, more: object = {}) => ({ use: `./${name}.js`, name, ...more })

async function told(): Promise<Notification[]> {
  const text = await readFile(join(desk.directory, 'told'), 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Notification)
}

/** Has the storage remember that somebody looked at the job at that time. */
async function firstSeen(at: Date): Promise<void> {
  const record = { schemaVersion: 1, firstSeenAt: at.toISOString() }
  await writeFile(join(desk.directory, 'backups/shop/.first-seen.json'), JSON.stringify(record))
}

const all = [
  named('hangs', { on: everything, timeoutMs: 1500 }),
  named('throws', { on: everything }),
  named('keeps', { on: everything }),
]

describe('backup', { timeout: 60_000 }, () => {
  it('ends as it would without them where one notifier hangs and another throws', async () => {
    const without = await desk.run(['backup', '--json', ...(await configure({}))])
    const began = performance.now()
    const { stdout, stderr, exitCode } = await desk.run([
      'backup',
      '--json',
      ...(await configure({ notifiers: all })),
    ])
    const tookMs = performance.now() - began
    expect(exitCode).toBe(without.exitCode)
    expect(exitCode).toBe(0)
    const [report, quiet] = [stdout, without.stdout].map((text) => JSON.parse(text) as Report)
    expect([report?.status, report?.error]).toEqual([quiet?.status, quiet?.error])
    expect(
      report?.notifications.map(({ notifier, event, status, error }) => [
        notifier,
        event,
        status,
        error?.code,
      ]),
    ).toEqual([
      ['hangs', 'backup.started', 'failed', 'NOTIFY_TIMEOUT'],
      ['hangs', 'backup.succeeded', 'failed', 'NOTIFY_TIMEOUT'],
      ['throws', 'backup.started', 'failed', 'NOTIFY_FAILED'],
      ['throws', 'backup.succeeded', 'failed', 'NOTIFY_FAILED'],
      ['keeps', 'backup.started', 'delivered', undefined],
      ['keeps', 'backup.succeeded', 'delivered', undefined],
    ])
    expect((await told()).map(({ event }) => event)).toEqual(['backup.started', 'backup.succeeded'])
    expect(stderr).toContain('! hangs could not tell anybody: no answer within')
    const notify = report?.stages.find(({ name }) => name === 'notify')
    expect(notify?.status).toBe('passed')
    expect(notify?.durationMs).toBeLessThan(1500 + 1000)
    // Whatever the machine is busy with: without a limit it would never have ended.
    expect(tookMs).toBeLessThan(40_000)
  })

  it('ends with 6 where notifications are required, and with what was worse before', async () => {
    const config = await configure({ notifiers: [named('throws', { on: everything })] })
    expect((await desk.run(['backup', '--require-notifications', ...config])).exitCode).toBe(6)
    const broken = await configure({
      database: 'postgresql://nobody@127.0.0.1:1/none',
      notifiers: [named('throws', { on: everything })],
    })
    expect((await desk.run(['backup', '--require-notifications', ...broken])).exitCode).toBe(3)
  })

  it('tells a failure with the command to restore the last good backup, and that it is well again', async () => {
    const notifier = [named('keeps')]
    const good = await configure({ notifiers: notifier }, 'good.json')
    const database = 'postgresql://nobody@127.0.0.1:1/none'
    const bad = await configure({ notifiers: notifier, database }, 'bad.json')
    await desk.run(['backup', ...good])
    expect((await desk.run(['backup', ...bad])).exitCode).toBe(3)
    const { stdout, stderr } = await desk.run(['backup', ...good])
    expect(stdout).toBe('')
    const [failure, recovery] = await told()
    expect(failure).toMatchObject({
      event: 'backup.failed',
      error: { code: 'DATABASE_UNREACHABLE', stage: 'preflight' },
      history: { failures: 1, sizes: [expect.anything()] },
      commands: { look: 'holdfast list shop --config bad.json' },
    })
    expect(failure?.commands.restore).toBe(
      `holdfast restore ${failure?.history.lastVerified?.id} --config bad.json --to "$TARGET_DATABASE_URL"`,
    )
    expect(recovery).toMatchObject({ event: 'backup.recovered', report: { status: 'succeeded' } })
    expect(stderr).toMatch(/told {7}keeps: backup\.recovered, accepted in/)
    const { stdout: page } = await desk.run(['show', 'latest', ...good])
    expect(page).toMatch(/told {7}keeps: backup\.recovered, accepted in/)
  })
})

describe('check', { timeout: 60_000 }, () => {
  it('says what is missed, tells it, ends with 5, and is quiet about what is well', async () => {
    const schedule = '0 3 * * *'
    const config = await configure({ notifiers: [named('keeps')], expectEvery: '1h', schedule })
    const fresh = await desk.run(['check', ...config])
    expect([fresh.exitCode, fresh.stdout]).toEqual([
      0,
      expect.stringMatching(/^– shop: there is no good backup yet, the first is expected by \d{4}-/),
    ])
    expect(await told()).toEqual([])
    await firstSeen(new Date(Date.now() - 2 * 3_600_000))
    const none = await desk.run(['check', ...config])
    expect(none.exitCode).toBe(5)
    expect(none.stdout).toContain('✗ shop: there is no good backup, one is expected every 1 h')
    expect(none.stdout).toContain('✓ keeps: backup.missed, accepted in')
    await desk.run(['backup', '--quiet', ...config])
    const well = await desk.run(['check', ...config])
    expect([well.exitCode, well.stdout]).toEqual([
      0,
      '✓ shop: the last good backup was made just now, one is expected every 1 h',
    ])
    expect((await desk.run(['check', '--quiet', ...config])).stdout).toBe('')
    expect(await told()).toMatchObject([
      { event: 'backup.missed', nextRunAt: expect.stringMatching(/T03:00:00.000Z$/) },
      { event: 'backup.recovered', nextRunAt: expect.stringMatching(/T03:00:00.000Z$/) },
    ])
    const { stdout } = await desk.run(['check', 'shop', '--json', ...config])
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'check',
      status: 'succeeded',
      jobs: [{ job: 'shop', status: 'kept', expectEveryMs: 3_600_000, lastRun: { status: 'succeeded' } }],
    })
  })

  it('says where nothing is expected, and wants a configuration', async () => {
    const { stderr, stdout, exitCode } = await desk.run(['check', ...(await configure({}))])
    expect([exitCode, stdout]).toEqual([0, '– shop: nothing is expected of it'])
    expect(stderr).toContain('No job says with expectEvery')
    expect((await desk.run(['check'], { HOLDFAST_CONFIG: 'none.json' })).exitCode).toBe(2)
  })
})

describe('notify test', { timeout: 60_000 }, () => {
  it('sends a marked message through each notifier, and shows the answers', async () => {
    const config = await configure({ notifiers: all })
    const { stdout, exitCode } = await desk.run(['notify', 'test', ...config])
    expect(exitCode).toBe(1)
    expect(
      stdout
        .split('\n')
        .slice(0, 4)
        .map((line) => line.split(/ {2,}/).slice(0, 5)),
    ).toEqual([
      ['job', 'notifier', 'use', 'answer', 'tries'],
      ['shop', 'hangs', 'hangs', 'NOTIFY_TIMEOUT', '1'],
      ['shop', 'throws', 'throws', 'NOTIFY_FAILED', '1'],
      ['shop', 'keeps', 'keeps', 'accepted', '1'],
    ])
    expect(stdout).toContain('✗ 2 notifiers could not tell anybody')
    expect(await told()).toMatchObject([{ test: true, job: 'shop' }])
    const one = await desk.run([
      'notify',
      'test',
      'shop',
      '--json',
      ...(await configure({ notifiers: [named('keeps')] })),
    ])
    expect(one.exitCode).toBe(0)
    expect(JSON.parse(one.stdout)).toMatchObject({
      command: 'notify',
      status: 'succeeded',
      notifications: [{ job: 'shop', notifier: 'keeps', status: 'delivered', attempts: 1 }],
    })
    expect((await desk.run(['notify', 'tset', ...config])).stderr).toContain('Allowed choices are test')
  })
})

describe('doctor', { timeout: 60_000 }, () => {
  it('asks the service where the notifier can', async () => {
    const { stdout, exitCode } = await desk.run(['doctor', ...(await configure({ notifiers: all }))])
    expect(stdout).toMatch(/✗ notifier hangs +no answer within 1\.5 seconds/)
    expect(stdout).toMatch(/✓ notifier throws +its options are valid; holdfast notify test sends a message/)
    expect(stdout).toMatch(/✓ notifier keeps +the file can be written/)
    expect(exitCode).toBe(1)
    expect(await told()).toEqual([])
  })
})

describe('verify and prune', { timeout: 60_000 }, () => {
  it('tell what they find', async () => {
    const config = await configure({ notifiers: [named('keeps')] })
    const { stdout } = await desk.run(['backup', '--json', ...config])
    const { backup } = JSON.parse(stdout) as Report
    const dump = backup!.objects.find(({ role }) => role === 'dump')!
    const path = join(desk.directory, 'backups', dump.key)
    const bytes = await readFile(path)
    bytes[bytes.length >> 1]! ^= 0xff
    await rm(path)
    await writeFile(path, bytes)
    const verified = await desk.run(['verify', 'latest', '--json', ...config])
    expect(verified.exitCode).toBe(5)
    expect(JSON.parse(verified.stdout)).toMatchObject({
      status: 'failed',
      notifications: [{ notifier: 'keeps', event: 'verify.failed', status: 'delivered' }],
    })
    expect(await told()).toMatchObject([
      {
        event: 'verify.failed',
        error: { code: 'VERIFY_FAILED', plugin: 'archive' },
        summary: expect.stringContaining(`shop: the backup ${backup!.name} is not good: `),
        commands: { look: `holdfast show ${backup!.id} --config holdfast.config.json` },
      },
    ])
    expect((await desk.run(['prune', '--json', ...config])).stdout).toContain('"notifications":[]')
  })

  it('prune where they can, and tell of the storage that does not answer', async () => {
    await desk.run(['backup', '--quiet', ...(await configure({}))])
    await desk.run(['backup', '--quiet', ...(await configure({}))])
    await writeFile(join(desk.directory, 'gone.js'), storageThatIsGone)
    const broken = { use: './gone.js', name: 'broken' }
    const good = { use: 'local', options: { path: 'backups' }, retention: { last: 1 } }
    const notifiers = [named('keeps')]
    const both = await configure({ notifiers, storages: [broken, good] })
    const partial = await desk.run(['prune', ...both])
    expect(partial.exitCode).toBe(6)
    expect(partial.stderr).toContain('✓ shop in local: 1 deleted, 1 kept')
    expect(partial.stderr).toContain('✓ keeps: prune.failed, accepted in')
    expect(await told()).toMatchObject([{ event: 'prune.failed', error: { plugin: 'broken' } }])
    const none = await desk.run(['prune', '--json', ...(await configure({ notifiers, storages: [broken] }))])
    expect([none.exitCode, JSON.parse(none.stdout)]).toMatchObject([4, { status: 'partial' }])
  })
})
