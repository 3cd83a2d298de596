import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  findBinDirectory,
  type GcsDouble,
  type S3Double,
  startGcsDouble,
  startS3Double,
  type TestDatabase,
  usePostgres,
} from '@holdfast/lab'
import type { Report } from '@holdfast/plugin'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { parse } from 'yaml'
import { createProject, type Outcome, type Project } from './project.ts'
import { createSample } from './sample.ts'

let source: TestDatabase
let environment: Record<string, string>
let project: Project

beforeAll(async () => {
  source = await createSample(inject('postgresUrl'), 'examples')
  environment = { DATABASE_URL: source.url }
})

afterAll(() => source.drop())

async function use(example: string): Promise<void> {
  project = await createProject(findBinDirectory(), example)
}

afterEach(() => project.remove())

describe('examples/local', () => {
  beforeEach(() => use('local'))

  it('makes a backup of each of its jobs', async () => {
    const reports = reportsOf(await project.run('holdfast backup --json', environment))
    expect(reports.map(({ job, status, backup }) => [job, status, backup?.kind, backup?.format])).toEqual([
      ['shop', 'succeeded', 'full', 'custom'],
      ['shop-schema', 'succeeded', 'schema', 'plain'],
      ['shop-orders', 'succeeded', 'tables', 'custom'],
    ])
  })

  it('keeps a backup before a deployment for 7 days only', async () => {
    await project.run('holdfast backup shop; holdfast backup shop --label pre-deploy', environment)
    const { stdout } = await project.run('holdfast prune shop --plan --json', environment)
    const plan = JSON.parse(stdout) as { action: string; reason: string }[]
    expect(plan.map(({ action }) => action)).toEqual(['keep', 'keep'])
    expect(plan.map(({ reason }) => reason)).toEqual([
      'newest verified backup',
      expect.stringContaining('90 days'),
    ])
  })
})

describe('examples/encrypted', () => {
  it('writes what only the other machine can read, and nobody can change', async () => {
    await use('encrypted')
    const made = await project.run(
      `mkdir ../$(basename $PWD)-safe; holdfast keygen ../$(basename $PWD)-safe/identity.txt > recipients.txt
       holdfast keygen --signing > /dev/null; holdfast backup --json`,
      environment,
    )
    const [report] = reportsOf(made)
    expect(report?.status).toBe('succeeded')
    expect(report?.backup?.objects.map(({ role }) => role)).toContain('signature')
    const other = { ...environment, IDENTITY_FILE: `${project.directory}-safe/identity.txt` }
    const { exitCode, stdout } = await project.run(
      'holdfast verify shop@latest --config restore.config.yaml --json; rm -r "$(dirname "$IDENTITY_FILE")"',
      other,
    )
    expect(exitCode).toBe(0)
    expect(stdout).toContain('"name":"decode","status":"passed"')
  })
})

describe('examples/several-destinations', () => {
  let s3: S3Double
  let gcs: GcsDouble

  beforeEach(async () => {
    await use('several-destinations')
    s3 = await startS3Double()
    gcs = await startGcsDouble()
    environment = {
      DATABASE_URL: source.url,
      S3_BACKUP_BUCKET: s3.bucket,
      GCS_BACKUP_BUCKET: gcs.bucket,
      ...s3.environment,
      STORAGE_EMULATOR_HOST: gcs.endpoint,
      NO_PROXY: '127.0.0.1',
    }
  })

  afterEach(async () => {
    environment = { DATABASE_URL: source.url }
    await Promise.all([s3.close(), gcs.close()])
  })

  it('makes one backup in three places, and finds it whole in each', async () => {
    const [report] = reportsOf(await project.run('holdfast backup --json', environment))
    const dump = report?.backup?.objects.find(({ role }) => role === 'dump')?.key ?? ''
    expect(report?.storages.map(({ name, status, location }) => [name, status, location])).toEqual([
      ['local', 'stored', expect.stringContaining(`/backups/${dump}`)],
      ['s3', 'stored', `s3://${s3.bucket}/production/${dump}`],
      ['gcs', 'stored', `gs://${gcs.bucket}/production/${dump}`],
    ])
    const whole = report?.verdicts.filter(({ proves, status }) => proves === 'archive' && status === 'passed')
    expect(whole?.map(({ storage }) => storage)).toEqual(['local', 's3', 'gcs'])
    const stored = s3.objects.get(`production/${dump}`)
    expect(stored?.properties).toMatchObject({
      'x-amz-server-side-encryption': 'AES256',
      'x-amz-meta-environment': 'production',
    })
    const { stdout } = await project.run('holdfast list --json', environment)
    expect(JSON.parse(stdout)).toMatchObject([{ verification: 'archive', storages: ['local', 's3', 'gcs'] }])
  })

  it('brings to a bucket what it missed', async () => {
    gcs.addFault({ on: 'start', effect: { status: 403 }, times: 100 })
    const partial = await project.run('holdfast backup --json', environment)
    expect(partial.exitCode).toBe(6)
    expect(JSON.parse(partial.stdout)).toMatchObject({
      status: 'partial',
      storages: [{ status: 'stored' }, { status: 'stored' }, { name: 'gcs', status: 'failed' }],
    })
    gcs.clearFaults()
    const { exitCode, stdout } = await project.run(
      'holdfast copy latest --to gcs --quiet; holdfast list --json',
      environment,
    )
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([{ verification: 'archive', storages: ['local', 's3', 'gcs'] }])
  })
})

describe('examples/several-places', () => {
  beforeEach(() => use('several-places'))

  it('makes one backup in three places, each with a retention of its own', async () => {
    const script =
      'holdfast backup --quiet; holdfast backup --quiet --label pre-deploy; holdfast backup --json'
    const [report] = reportsOf(await project.run(script, environment))
    expect(report?.storages.map(({ name, status }) => [name, status])).toEqual([
      ['near', 'stored'],
      ['vault', 'stored'],
      ['archive', 'stored'],
    ])
    const { stdout } = await project.run('holdfast prune --plan --json', environment)
    const plan = JSON.parse(stdout) as { storage: string; action: string; reason: string }[]
    const reasons = Map.groupBy(plan, ({ storage }) => storage)
    const reasonsIn = (name: string) => reasons.get(name)?.map(({ action, reason }) => `${action}: ${reason}`)
    expect(reasonsIn('near')).toEqual([
      'keep: newest verified backup',
      expect.stringContaining('keep: younger than 7 days'),
      expect.stringContaining('keep: younger than 7 days'),
    ])
    expect(reasonsIn('vault')).toEqual([
      'keep: newest verified backup',
      expect.stringContaining('keep: younger than 7 days'),
      expect.stringContaining('keep: younger than 90 days'),
    ])
    expect(
      reasonsIn('archive')
        ?.slice(1)
        .every((reason) => reason.startsWith('delete: ')),
    ).toBe(true)
  })

  it('goes on without a place that fails, and brings it later what it missed', async () => {
    await project.run('touch vault', environment)
    const partial = await project.run('holdfast backup --json', environment)
    expect(partial.exitCode).toBe(6)
    expect(JSON.parse(partial.stdout)).toMatchObject({
      status: 'partial',
      storages: [{ status: 'stored' }, { name: 'vault', status: 'failed' }, { status: 'stored' }],
    })
    const later = 'rm vault; holdfast copy latest --to vault --quiet; holdfast list --json'
    const { exitCode, stdout } = await project.run(later, environment)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([
      { verification: 'archive', storages: ['near', 'vault', 'archive'] },
    ])
  })
})

describe('examples/typescript-config', () => {
  it('makes a backup of each database', async () => {
    await use('typescript-config')
    const access = usePostgres(inject('postgresUrl'))
    const server = access.url('').replace(/\/$/, '')
    await access.psql('CREATE DATABASE shop; CREATE DATABASE warehouse')
    try {
      const reports = reportsOf(await project.run('holdfast backup --json', { DATABASE_SERVER: server }))
      expect(reports.map(({ job, status }) => [job, status])).toEqual([
        ['shop', 'succeeded'],
        ['warehouse', 'succeeded'],
      ])
    } finally {
      await access.psql('DROP DATABASE shop; DROP DATABASE warehouse')
    }
  })
})

describe('examples/custom-plugins', () => {
  let monitor: Server
  let pings: string[]

  beforeEach(async () => {
    await use('custom-plugins')
    pings = []
    monitor = createServer((request, response) => {
      void text(request).then((body) => {
        pings.push(body)
        response.end()
      })
    })
    monitor.listen(0, '127.0.0.1')
    await once(monitor, 'listening')
    const { port } = monitor.address() as AddressInfo
    environment = { DATABASE_URL: source.url, PING_URL: `http://127.0.0.1:${port}/a-secret-path` }
  })

  afterEach(() => {
    monitor.close()
  })

  it('asks the verifier and tells the notifier', async () => {
    const [report] = reportsOf(await project.run('holdfast backup --json', environment))
    expect(report?.verdicts.find(({ verifier }) => verifier === 'must-have')).toMatchObject({
      proves: 'plausible',
      status: 'passed',
      checks: [
        { name: 'shop.customers', status: 'passed' },
        { name: 'shop.payments', status: 'passed' },
      ],
    })
    expect(report?.notifications).toMatchObject([{ notifier: 'ping', status: 'delivered' }])
    expect(pings).toEqual(['shop: backup.succeeded'])
    expect(JSON.stringify(report)).not.toContain('a-secret-path')
  })

  it('makes a run suspect whose tables hold too little', async () => {
    const { exitCode, stdout } = await project.run(
      `sed -i 's/shop.customers: 1/shop.customers: 1000000/' holdfast.config.yaml; holdfast backup --json`,
      environment,
    )
    expect(exitCode).toBe(5)
    expect((JSON.parse(stdout) as Report).error?.message).toContain('at least 1000000 wanted')
    expect(pings).toEqual(['shop: backup.suspect'])
  })

  it('names the line of a wrong option, and starts nothing', async () => {
    const { exitCode, stderr } = await project.run(
      `sed -i 's/shop.customers: 1/shop.customers: many/' holdfast.config.yaml; holdfast backup`,
      environment,
    )
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/holdfast\.config\.yaml:\d+:\d+.*must be a whole number, 1 or more/s)
    expect(pings).toEqual([])
  })
})

describe('examples/pre-deploy', () => {
  beforeEach(async () => {
    await use('pre-deploy')
    environment = { DATABASE_URL: source.url, BACKUPS: 'backups' }
  })

  it('deploys after a verified backup and keeps the receipt', async () => {
    const { exitCode } = await project.run('./deploy.sh touch deployed', environment)
    expect(exitCode).toBe(0)
    const receipt = JSON.parse(await project.read('backup-receipt.json')) as Report
    expect(receipt).toMatchObject({ status: 'succeeded', backup: { label: 'pre-deploy' } })
    expect(await project.read('deployed')).toBe('')
  })

  it('deploys nothing without a backup', async () => {
    const { exitCode } = await project.run('./deploy.sh touch deployed', {
      ...environment,
      DATABASE_URL: `${source.url}_that_is_not_there`,
    })
    expect(exitCode).toBe(3)
    await expect(project.read('deployed')).rejects.toThrow('ENOENT')
  })

  it('says how to go back when the deployment fails, and that works', async () => {
    const { exitCode, stderr } = await project.run('./deploy.sh false', environment)
    expect(exitCode).toBe(1)
    const command = stderr.split('\n').find((line) => line.startsWith('holdfast restore'))
    const copy = await usePostgres(inject('postgresUrl')).createDatabase('examples_copy')
    try {
      const restored = await project.run(command ?? 'false', { TARGET_DATABASE_URL: copy.url })
      expect(restored.stderr).not.toMatch(/^✗/m)
      expect(restored.exitCode).toBe(0)
    } finally {
      await copy.drop()
    }
  })

  it('has a workflow whose backup step does the same, into a bucket', async () => {
    const workflow = parse(await project.read('workflow.yml')) as {
      jobs: { deploy: { env: { BACKUPS: string }; steps: { name?: string; run?: string }[] } }
    }
    const { env, steps } = workflow.jobs.deploy
    const step = steps.find(({ name }) => name === 'Back up the database')
    const { host: bucket } = new URL(env.BACKUPS)
    const s3 = await startS3Double({ bucket })
    try {
      const inWorkflow = { ...environment, ...env, ...s3.environment }
      expect((await project.run(step?.run ?? 'false', inWorkflow)).exitCode).toBe(0)
    } finally {
      await s3.close()
    }
    expect(JSON.parse(await project.read('backup-receipt.json'))).toMatchObject({
      status: 'succeeded',
      storages: [{ location: expect.stringMatching(/^s3:\/\/shop-backups\/production\//) }],
    })
  })
})

function reportsOf({ exitCode, stdout, stderr }: Outcome): Report[] {
  if (exitCode !== 0) throw new Error(`holdfast ended with ${exitCode}:\n${stderr}`)
  return stdout.split('\n').map((line) => JSON.parse(line) as Report)
}
