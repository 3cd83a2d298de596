import {
  findBinDirectory,
  type HttpService,
  type SmtpServer,
  startHttpService,
  startSmtp,
  type TestDatabase,
} from '@holdfast/lab'
import type { Report } from '@holdfast/plugin'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { createProject, type Outcome, type Project } from './project.ts'
import { createSample } from './sample.ts'

const token = 'a-secret-path-of-the-service'

let source: TestDatabase
let service: HttpService
let project: Project
let environment: Record<string, string>

beforeAll(async () => {
  source = await createSample(inject('postgresUrl'), 'notifiers')
})
afterAll(() => source.drop())

beforeEach(async () => {
  service = await startHttpService()
  service.behave({ does: 'answer', body: 'ok' })
})
afterEach(() => Promise.all([service.stop(), project.remove()]))

async function use(example: string, more: Record<string, string>): Promise<void> {
  project = await createProject(findBinDirectory(), example)
  environment = { DATABASE_URL: source.url, ...more }
}

/** Where the example keeps no backup. */
const broken = { BACKUP_DIRECTORY: '/proc/backups' }

async function back(more: Record<string, string> = {}): Promise<Report> {
  const outcome: Outcome = await project.run('holdfast backup --json', { ...environment, ...more })
  expect(`${outcome.stdout}${outcome.stderr}`).not.toContain(token)
  return JSON.parse(outcome.stdout) as Report
}

const paths = (): string[] => service.received.map(({ path }) => path)

describe('examples/slack', () => {
  beforeEach(() => use('slack', { SLACK_WEBHOOK_URL: `${service.url}/${token}` }))

  it('tells of a failure and mentions whoever is there, and not of a success', async () => {
    expect((await back()).notifications).toEqual([])
    const { status, notifications } = await back(broken)
    expect(status).toBe('failed')
    expect(notifications).toMatchObject([{ notifier: 'slack', event: 'backup.failed', status: 'delivered' }])
    expect(service.received).toHaveLength(1)
    expect(service.received[0]?.body).toContain('<!here>')
    expect(service.received[0]?.body).toContain('shop: backup failed')
  })

  it('changes nothing about the run when Slack is down', async () => {
    service.behave({ does: 'answer', status: 404, body: 'no_service' })
    const { status, error, notifications } = await back(broken)
    expect(status).toBe('failed')
    expect(error?.code).toMatch(/^STORAGE_/)
    expect(notifications).toMatchObject([
      { status: 'failed', attempts: 1, error: { code: 'NOTIFY_REFUSED' } },
    ])
  })
})

describe('examples/healthchecks', () => {
  beforeEach(() => use('healthchecks', { HEALTHCHECKS_URL: `${service.url}/${token}` }))

  it('pings the start and the success, then the failure', async () => {
    expect((await back()).status).toBe('succeeded')
    expect(paths()).toEqual([`/${token}/start`, `/${token}`])
    service.forget()
    expect((await back(broken)).status).toBe('failed')
    expect(paths()).toEqual([`/${token}/start`, `/${token}/fail`])
    expect(service.received[1]?.body).toContain('shop: backup failed')
  })
})

describe('examples/pagerduty', () => {
  beforeEach(() => use('pagerduty', { PAGERDUTY_ROUTING_KEY: token, PAGERDUTY_URL: service.url }))

  it('opens an incident, and the next good backup resolves it', async () => {
    await back()
    expect(paths()).toEqual([])
    // A table that is not there: the run fails, and its report is kept where the next one looks.
    await project.run(
      "sed -i 's/    storages:/    dump: { kind: tables, tables: { include: [no.table] } }\\n&/' holdfast.config.yaml",
    )
    expect((await back()).status).toBe('failed')
    await project.run("sed -i '/kind: tables/d' holdfast.config.yaml")
    expect((await back()).status).toBe('succeeded')
    expect(service.received.map(({ path, body }) => [path, JSON.parse(body) as unknown])).toEqual([
      ['/v2/enqueue', expect.objectContaining({ event_action: 'trigger', dedup_key: 'holdfast/shop' })],
      ['/v2/enqueue', expect.objectContaining({ event_action: 'resolve', dedup_key: 'holdfast/shop' })],
    ])
  })
})

describe('examples/mail', () => {
  let server: SmtpServer
  beforeEach(async () => {
    server = await startSmtp({ login: { user: 'backups', password: token } })
    await use('mail', { SMTP_URL: `smtp://backups:${token}@127.0.0.1:${server.port}` })
  })
  afterEach(() => server.stop())

  it('tells of a failure with what to do, and not of a success', async () => {
    expect((await back()).notifications).toEqual([])
    expect((await back(broken)).notifications).toMatchObject([
      { notifier: 'smtp', event: 'backup.failed', status: 'delivered' },
    ])
    expect(server.received).toMatchObject([
      {
        to: ['devops@example.com'],
        mail: {
          from: { name: 'Backups', address: 'backups@example.com' },
          subject: expect.stringMatching(/^shop: backup failed/),
          text: expect.stringContaining('What went wrong'),
          html: expect.stringContaining('What went wrong'),
        },
      },
    ])
  })
})
