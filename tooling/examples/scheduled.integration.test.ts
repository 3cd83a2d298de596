import {
  findBinDirectory,
  startHttpService,
  startS3Double,
  startSmtp,
  type HttpService,
  type S3Double,
  type SmtpServer,
  type TestDatabase,
} from '@holdfast/lab'
import type { Report } from '@holdfast/plugin'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createProject, type Project } from './project.ts'
import { createSample } from './sample.ts'

let source: TestDatabase
let s3: S3Double
let mail: SmtpServer
let slack: HttpService
let project: Project
let environment: Record<string, string>

beforeAll(async () => {
  source = await createSample(inject('postgresUrl'), 'scheduled')
  s3 = await startS3Double()
  mail = await startSmtp({})
  slack = await startHttpService()
  slack.behave({ does: 'answer', body: 'ok' })
  project = await createProject(findBinDirectory(), 'scheduled')
  environment = {
    DATABASE_URL: source.url,
    S3_BACKUP_BUCKET: s3.bucket,
    ...s3.environment,
    SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    SLACK_WEBHOOK_URL: `${slack.url}/hook`,
    NO_PROXY: '127.0.0.1',
  }
})

afterAll(() => Promise.all([source.drop(), s3.close(), mail.stop(), slack.stop(), project.remove()]))

it('is due on Sundays at three, in UTC', async () => {
  const { stdout } = await project.run('holdfast schedule --json', environment)
  const [backup, verify, check] = JSON.parse(stdout) as { task: string; words: string; next: string[] }[]
  expect(backup?.words).toBe('At 03:00, only on Sunday')
  expect(backup?.next.map((at) => [new Date(at).getUTCDay(), at.slice(11)])).toEqual(
    Array.from({ length: 3 }, () => [0, '03:00:00.000Z']),
  )
  expect([verify?.task, check?.task]).toEqual(['verify', 'check'])
})

it('keeps what the table says', async () => {
  const made = await project.run(
    'holdfast backup shop --json; holdfast backup shop --label pre-deploy --json',
    environment,
  )
  const reports = made.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Report)
  expect(reports.map(({ status, storages }) => [status, storages.map(({ name }) => name)])).toEqual([
    ['succeeded', ['here', 's3']],
    ['succeeded', ['here', 's3']],
  ])
  const { stdout } = await project.run('holdfast prune --plan --json', environment)
  const plan = JSON.parse(stdout) as { storage: string; reason: string }[]
  const reasons = (name: string): string[] =>
    plan.filter(({ storage }) => storage === name).map(({ reason }) => reason)
  expect(reasons('s3')).toEqual(['newest verified backup', expect.stringContaining('90 days')])
  expect(reasons('here')).toEqual(['newest verified backup', expect.stringContaining('7 days')])
  expect(slack.received).toHaveLength(2)
})

it('runs by itself until it is told to stop', async () => {
  const script = `touch cron.log; holdfast-cron --port 0 > cron.log & pid=$!
    until grep -q '"ready;' cron.log || ! kill -0 $pid; do sleep 0.1; done
    until grep -q 'the newest good backup is young enough' cron.log || ! kill -0 $pid; do sleep 0.1; done
    kill $pid; wait $pid`
  const { exitCode, stderr } = await project.run(script, environment)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
})
