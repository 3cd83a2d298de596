import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type HttpService,
  type SmtpServer,
  startHttpService,
  startSmtp,
  type TestDatabase,
} from '@holdfast/lab'
import type { Report, ReportedNotification } from '@holdfast/plugin'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createShop, openDesk, type Desk } from './holdfast.test.tool.ts'

let desk: Desk
let shop: TestDatabase
let mail: SmtpServer
let slack: HttpService

beforeAll(async () => {
  ;({ shop } = await createShop(inject('postgresUrl'), 'cli_late'))
  ;[desk, mail, slack] = await Promise.all([openDesk(), startSmtp(), startHttpService()])
  await writeFile(join(desk.directory, 'pinning.js'), pinning)
  await configure()
})
afterAll(async () => {
  await Promise.all([desk.clear(), mail.stop(), slack.stop()])
  await shop.drop()
})

/** The storage of backups in a directory, of which somebody may be allowed to delete nothing. */
const pinning = `import local from '${import.meta.resolve('@holdfast/storage-local')}'
export default {
  ...local,
  create: (...given) => {
    const storage = local.create(...given)
    const refuse = () => Promise.reject(new Error('not allowed'))
    return process.env.PINNED ? { ...storage, remove: refuse } : storage
  },
}`

async function configure({ database = shop.url, last = 5 } = {}): Promise<void> {
  const storage = {
    use: './pinning.js',
    name: 'local',
    options: { path: 'backups' },
    retention: { last, minKeep: 1 },
  }
  const url = `smtp://127.0.0.1:${mail.port}`
  const notifiers = [
    { use: 'smtp', options: { url, from: 'backups@example.com', to: ['oncall@example.com'] } },
    { use: 'slack', options: { url: `${slack.url}/a-secret-path` } },
  ]
  const job = { database, storages: [storage], expectEvery: '1h', notifiers }
  await writeFile(join(desk.directory, 'holdfast.config.json'), JSON.stringify({ jobs: { shop: job } }))
}

function become(state: 'up' | 'down'): void {
  if (state === 'up') mail.behave()
  else mail.behave({ at: 'recipient', does: { code: 550, text: '5.7.1 not now' } })
  slack.behave(
    state === 'up'
      ? { does: 'answer', body: 'ok' }
      : { does: 'answer', status: 403, body: 'action_prohibited' },
  )
}

const entriesOf = (notifications: readonly ReportedNotification[]) =>
  notifications.map(({ notifier, event, status, retryOf }) => [
    notifier,
    event,
    status,
    ...(retryOf === undefined ? [] : ['late']),
  ])

async function entries(arguments_: string[], environment = {}): Promise<unknown[]> {
  const { stdout } = await desk.run([...arguments_, '--json'], environment)
  const document = JSON.parse(stdout) as Report & { jobs?: Report[] }
  return entriesOf((document.jobs?.[0] ?? document).notifications)
}

const both = (...entry: string[]) => ['smtp', 'slack'].map((notifier) => [notifier, ...entry])

/** What people have got since this was last asked: subjects of mails, and first lines in Slack. */
let seen = { mails: 0, messages: 0 }
function heard(): { mails: string[]; messages: string[] } {
  const accepted = slack.received.filter(({ answered }) => answered === 200)
  const mails = mail.received.slice(seen.mails).map((one) => one.mail.subject ?? '')
  const messages = accepted
    .slice(seen.messages)
    .map(({ body }) => (JSON.parse(body) as { text: string }).text)
  seen = { mails: mail.received.length, messages: accepted.length }
  return { mails, messages }
}

async function damage({ backup }: Report): Promise<void> {
  const path = join(desk.directory, 'backups', backup!.objects.find(({ role }) => role === 'dump')!.key)
  const bytes = await readFile(path)
  bytes[bytes.length >> 1]! ^= 0xff
  await rm(path)
  await writeFile(path, bytes)
}

/** Somebody looked at the job two hours ago, and expected a backup every hour. */
async function becomeOld(): Promise<void> {
  const firstSeenAt = new Date(Date.now() - 2 * 3_600_000).toISOString()
  const path = join(desk.directory, 'backups/shop/.first-seen.json')
  await writeFile(path, JSON.stringify({ schemaVersion: 1, firstSeenAt }))
}

it('what could not be sent is sent by whatever comes next, once', { timeout: 120_000 }, async () => {
  become('up')
  const report = async (): Promise<Report> =>
    JSON.parse((await desk.run(['backup', '--json'])).stdout) as Report
  const first = await report()
  become('down')
  await damage(first)
  expect(await entries(['verify', 'latest'])).toEqual(both('verify.failed', 'failed'))
  await becomeOld()
  expect(await entries(['check'])).toEqual([
    ['smtp', 'verify.failed', 'failed', 'late'],
    ['smtp', 'backup.missed', 'failed'],
    ['slack', 'verify.failed', 'failed', 'late'],
    ['slack', 'backup.missed', 'failed'],
  ])
  expect(heard()).toEqual({ mails: [], messages: [] })

  // A run: it is well again, and tells first what was not.
  become('up')
  const second = await desk.run(['backup'])
  expect(second.exitCode).toBe(0)
  expect(second.stderr.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d|[\d.]+ m?s/g, '…')).toContain(
    'smtp: also delivered: verify.failed, which could not be sent at …, accepted in …',
  )
  const { mails, messages } = heard()
  expect(mails.map((subject) => subject.replace(/,? \d.*/, ''))).toEqual([
    'shop: verification failed, sent late',
    'shop: backup missed, no verified one is known, sent late',
    'shop: backup recovered',
  ])
  expect(messages.map((text) => text.includes('\nLate, since it could not be sent on '))).toEqual([
    true,
    true,
    false,
  ])

  // A failed run, told by prune.
  become('down')
  await configure({ database: 'postgresql://nobody@127.0.0.1:1/none' })
  expect((await desk.run(['backup', '--quiet'])).exitCode).toBe(3)
  become('up')
  await configure()
  const pruned = await desk.run(['prune'])
  expect(pruned.stderr).toMatch(/✓ smtp: also delivered: backup\.failed, which could not be sent at/)
  expect(heard()).toMatchObject({ mails: [expect.anything()], messages: [expect.anything()] })

  // What could not be pruned, told by check.
  await report()
  expect(heard().mails).toEqual([expect.stringMatching(/^shop: backup recovered/)])
  become('down')
  await configure({ last: 1 })
  expect(await entries(['prune'], { PINNED: 'yes' })).toEqual(both('prune.failed', 'failed'))
  become('up')
  const checked = await desk.run(['check'])
  expect(checked.exitCode).toBe(0)
  expect(checked.stdout).toMatch(/✓ slack: also delivered: prune\.failed, which could not be sent at/)
  expect(heard().mails).toHaveLength(1)

  for (const command of [['prune'], ['backup'], ['verify', 'latest'], ['check']]) {
    expect(await entries(command)).toEqual([])
  }
  expect(heard()).toEqual({ mails: [], messages: [] })
})
