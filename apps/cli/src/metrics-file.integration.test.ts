import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestDatabase } from '@holdfast/lab'
import type { Report } from '@holdfast/plugin'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createShop, openDesk, type Desk } from './holdfast.test.tool.ts'

let desk: Desk
let shop: TestDatabase

beforeAll(async () => {
  ;({ shop } = await createShop(inject('postgresUrl'), 'cli_metrics'))
  desk = await openDesk({ DATABASE_URL: shop.url })
})
afterAll(async () => {
  await desk.clear()
  await shop.drop()
})

const file = 'holdfast.prom'
const metricsFile = ['--metrics-file', file]

interface Job {
  database?: string
  storages?: object[]
}

async function configure(jobs: Record<string, Job>): Promise<void> {
  const storages = [{ use: 'local', name: 'disk', options: { path: 'backups' }, retention: { last: 5 } }]
  const config = {
    jobs: Object.fromEntries(
      Object.entries(jobs).map(([name, job]) => [
        name,
        { database: shop.url, storages, expectEvery: '24h', ...job },
      ]),
    ),
  }
  await writeFile(join(desk.directory, 'holdfast.config.json'), JSON.stringify(config))
}

async function series(): Promise<Map<string, number>> {
  const text = await readFile(join(desk.directory, file), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}

async function run(arguments_: string[], exitCode = 0): Promise<string> {
  const result = await desk.run([...arguments_, '--config', 'holdfast.config.json'])
  if (result.exitCode !== exitCode) throw new Error(`${arguments_.join(' ')}: ${result.stderr}`)
  return result.stdout
}

describe('--metrics-file', () => {
  it('says of a backup what its report says, in a file that everybody can read', async () => {
    await configure({ shop: {} })
    const report = JSON.parse(await run(['backup', '--json', ...metricsFile])) as Report
    const found = await series()
    const stored = report.backup?.objects.reduce((total, { bytes }) => total + bytes, 0)
    const at = new Date(report.startedAt).getTime() / 1000
    expect(found.get('holdfast_last_success_timestamp_seconds{backup_job="shop",storage="disk"}')).toBe(at)
    expect(found.get('holdfast_last_verified_timestamp_seconds{backup_job="shop",storage="disk"}')).toBe(at)
    expect(
      found.get('holdfast_last_verification_timestamp_seconds{backup_job="shop",storage="disk"}'),
    ).toBeGreaterThan(at)
    expect(found.get('holdfast_last_run_result{backup_job="shop",status="succeeded",code=""}')).toBe(1)
    expect(found.get('holdfast_last_run_duration_seconds{backup_job="shop"}')).toBe(report.durationMs / 1000)
    expect(found.get('holdfast_last_backup_rows{backup_job="shop",storage="disk"}')).toBe(5050)
    expect(found.get('holdfast_last_backup_raw_bytes{backup_job="shop",storage="disk"}')).toBe(
      report.backup?.rawBytes,
    )
    const bytes = found.get('holdfast_last_backup_bytes{backup_job="shop",storage="disk"}') ?? 0
    expect(stored).toBeGreaterThanOrEqual(bytes)
    expect(bytes).toBeGreaterThan(1000)
    expect(found.get('holdfast_storage_up{backup_job="shop",storage="disk"}')).toBe(1)
    expect(found.get('holdfast_storage_free_bytes{backup_job="shop",storage="disk"}')).toBeGreaterThan(0)
    expect(found.get('holdfast_expected_interval_seconds{backup_job="shop"}')).toBe(86_400)
    expect((await stat(join(desk.directory, file))).mode & 0o777).toBe(0o644)
  })

  it('goes on counting, and keeps the time of the last success when a run fails', async () => {
    const before = await series()
    await configure({ shop: { database: 'postgresql://nobody@127.0.0.1:1/none' } })
    await run(['backup', ...metricsFile], 3)
    const found = await series()
    const last = 'holdfast_last_success_timestamp_seconds{backup_job="shop",storage="disk"}'
    expect(found.get(last)).toBe(before.get(last))
    expect(found.get('holdfast_runs_total{backup_job="shop",status="succeeded"}')).toBe(1)
    expect(found.get('holdfast_runs_total{backup_job="shop",status="failed"}')).toBe(1)
    const results = [...found.keys()].filter((name) => name.startsWith('holdfast_last_run_result'))
    expect(results).toEqual([
      'holdfast_last_run_result{backup_job="shop",status="failed",code="DATABASE_UNREACHABLE"}',
    ])
    expect(await readFile(join(desk.directory, file), 'utf8')).not.toContain('127.0.0.1')
  })

  it('counts what verify, prune and check do, beside other jobs', async () => {
    await configure({ shop: {}, blog: {} })
    await run(['backup', 'blog', ...metricsFile])
    await run(['verify', 'shop@latest', ...metricsFile])
    await run(['prune', 'shop', ...metricsFile])
    await run(['check', 'shop', ...metricsFile])
    const found = await series()
    expect(found.get('holdfast_runs_total{backup_job="blog",status="succeeded"}')).toBe(1)
    expect(found.get('holdfast_backups{backup_job="blog",storage="disk",state="verified"}')).toBe(1)
    const verdicts = [...found].filter(([name]) =>
      name.startsWith('holdfast_verdicts_total{backup_job="shop",storage="disk",verifier="archive"'),
    )
    expect(verdicts.map(([, times]) => times)).toEqual([2])
    expect(found.get('holdfast_pruned_backups_total{backup_job="shop",storage="disk"}')).toBe(0)
    expect(found.get('holdfast_last_prune_errors{backup_job="shop",storage="disk"}')).toBe(0)
    expect(found.get('holdfast_last_check_missed{backup_job="shop"}')).toBe(0)
  })

  it('says that a storage is down and keeps what was known of it; forgets a job that is gone', async () => {
    const before = await series()
    await configure({ shop: {} })
    await rm(join(desk.directory, 'moved'), { recursive: true, force: true })
    await writeFile(join(desk.directory, 'moved'), '')
    const storages = [{ use: 'local', name: 'disk', options: { path: 'moved' } }]
    await configure({ shop: { storages } })
    await run(['check', ...metricsFile], 4)
    const found = await series()
    expect(found.get('holdfast_storage_up{backup_job="shop",storage="disk"}')).toBe(0)
    const last = 'holdfast_last_success_timestamp_seconds{backup_job="shop",storage="disk"}'
    expect(found.get(last)).toBe(before.get(last))
    expect(before.get(last)).toBeGreaterThan(0)
    expect([...found.keys()].filter((name) => name.includes('blog'))).toEqual([])
  })

  it('is refused before anything is done where it can not be written', async () => {
    await configure({ shop: {} })
    const result = await desk.run(['backup', '--metrics-file', 'nowhere/holdfast.prom'])
    expect(result.exitCode).toBe(2)
    expect(result.stderr).toContain('ENOENT')
    expect((await desk.run(['backup', '--metrics-file', 'holdfast.txt'])).stderr).toContain('.prom')
  })
})
