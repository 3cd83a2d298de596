import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { copyOf, dayMs, daysLater, monday, reportOf, verdictOf } from './known.test.support.ts'
import { createMetrics, type Metrics } from './metrics.ts'

const shop = {
  name: 'shop',
  expectEveryMs: dayMs,
  storages: [{ name: 'disk', limitBytes: 5000 }, { name: 'offsite' }],
  notifiers: [{ name: 'mail' }],
}
const copies = (...all: ReturnType<typeof copyOf>[]) => all.map((copy) => ({ copies: [copy] }))

/** The lines of the text that start like this, without that start. */
async function lines(metrics: Metrics, start: string): Promise<string[]> {
  const text = await metrics.text()
  return text
    .split('\n')
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length))
}

const value = async (metrics: Metrics, series: string): Promise<number | undefined> => {
  const [found] = await lines(metrics, `${series} `)
  return found === undefined ? undefined : Number(found)
}

describe('jobKnown', () => {
  it('makes the gauges of each storage from its copies alone', async () => {
    const metrics = createMetrics()
    const backups = copies(copyOf(daysLater(1)), copyOf(daysLater(0), { storage: 'offsite' }))
    metrics.jobKnown({ job: shop, backups, reports: [] })
    const last = 'holdfast_last_success_timestamp_seconds'
    expect(await value(metrics, `${last}{backup_job="shop",storage="disk"}`)).toBe(
      daysLater(1).getTime() / 1000,
    )
    expect(await value(metrics, `${last}{backup_job="shop",storage="offsite"}`)).toBe(monday.getTime() / 1000)
    expect(await value(metrics, 'holdfast_last_backup_rows{backup_job="shop",storage="disk"}')).toBe(7)
    expect(await value(metrics, 'holdfast_last_backup_raw_bytes{backup_job="shop",storage="disk"}')).toBe(
      5000,
    )
    expect(await value(metrics, 'holdfast_expected_interval_seconds{backup_job="shop"}')).toBe(86_400)
    expect(await lines(metrics, 'holdfast_storage_limit_bytes')).toEqual([
      '{backup_job="shop",storage="disk"} 5000',
    ])
    expect(await lines(metrics, 'holdfast_backups{backup_job="shop",storage="disk",')).toEqual([
      'state="verified"} 1',
      'state="unverified"} 0',
      'state="suspect"} 0',
      'state="bad"} 0',
    ])
  })

  it('says 0 where there was never a backup, so that whoever waits for one is alarmed', async () => {
    const metrics = createMetrics()
    metrics.jobKnown({ job: shop, backups: [], reports: [] })
    expect(await lines(metrics, 'holdfast_last_success_timestamp_seconds')).toEqual([
      '{backup_job="shop",storage="disk"} 0',
      '{backup_job="shop",storage="offsite"} 0',
    ])
  })

  it('says since when a job without a good backup is known, as long as it has none', async () => {
    const metrics = createMetrics()
    metrics.jobKnown({ job: shop, backups: [], reports: [], firstSeenAt: monday })
    const series = 'holdfast_first_seen_timestamp_seconds{backup_job="shop"}'
    expect(await value(metrics, series)).toBe(monday.getTime() / 1000)
    metrics.jobKnown({ job: shop, backups: copies(copyOf(monday)), reports: [] })
    expect(await value(metrics, series)).toBeUndefined()
  })

  it('knows the last run and its error after a restart, from the reports', async () => {
    const metrics = createMetrics()
    const failed = reportOf(daysLater(2), {
      status: 'failed',
      error: { code: 'DATABASE_UNREACHABLE', message: 'no' },
      notifications: [{ notifier: 'mail', status: 'failed' }],
    })
    metrics.jobKnown({ job: shop, backups: [], reports: [failed, reportOf(daysLater(1))] })
    expect(await lines(metrics, 'holdfast_last_run_result')).toEqual([
      '{backup_job="shop",status="failed",code="DATABASE_UNREACHABLE"} 1',
    ])
    expect(await value(metrics, 'holdfast_last_run_duration_seconds{backup_job="shop"}')).toBe(12.5)
    expect(await lines(metrics, 'holdfast_last_notification')).toEqual([
      '{backup_job="shop",notifier="mail",status="failed"} 1',
    ])
    expect(await value(metrics, 'holdfast_runs_total{backup_job="shop",status="failed"}')).toBe(0)
  })

  it('leaves what was known of a storage that does not answer', async () => {
    const metrics = createMetrics()
    metrics.jobKnown({ job: shop, backups: copies(copyOf(daysLater(1))), reports: [] })
    metrics.jobKnown({ job: shop, backups: [], reports: [], unread: ['disk'] })
    const series = 'holdfast_last_backup_bytes{backup_job="shop",storage="disk"}'
    expect(await value(metrics, series)).toBe(1000)
    metrics.jobKnown({ job: shop, backups: [], reports: [] })
    expect(await value(metrics, series)).toBeUndefined()
  })

  it('drops a storage and a notifier that the job no longer has', async () => {
    const metrics = createMetrics()
    metrics.jobKnown({ job: shop, backups: copies(copyOf(monday)), reports: [reportOf(monday)] })
    const less = { name: 'shop', storages: [{ name: 'offsite' }], notifiers: [] }
    metrics.jobKnown({ job: less, backups: [], reports: [] })
    const gauges = (await metrics.text()).split('\n').filter((line) => !line.includes('_total'))
    expect(gauges.filter((line) => /"disk"|"mail"/.test(line))).toEqual([])
  })
})

describe('what happens', () => {
  it('counts a run that was refused the lock, and takes the other one for the last', async () => {
    const metrics = createMetrics()
    metrics.jobKnown({ job: shop, backups: [], reports: [] })
    const refused = 'holdfast_run_failures_total{backup_job="shop",code="RUN_LOCKED"}'
    expect(await value(metrics, refused)).toBe(0)
    const error = { code: 'RUN_LOCKED', message: 'held by server process 42' }
    metrics.runFinished(reportOf(daysLater(1), { status: 'failed', error }))
    expect(await value(metrics, refused)).toBe(1)
    expect(await value(metrics, 'holdfast_runs_total{backup_job="shop",status="failed"}')).toBe(1)
    metrics.jobKnown({ job: shop, backups: [], reports: [reportOf(monday)] })
    expect(await lines(metrics, 'holdfast_last_run_result')).toEqual([
      '{backup_job="shop",status="succeeded",code=""} 1',
    ])
  })

  it('counts a run, its bytes, verdicts, messages and what it let go', async () => {
    const metrics = createMetrics()
    metrics.runFinished(reportOf(monday))
    metrics.runFinished(reportOf(daysLater(1)))
    expect(await value(metrics, 'holdfast_runs_total{backup_job="shop",status="succeeded"}')).toBe(2)
    expect(await value(metrics, 'holdfast_stored_bytes_total{backup_job="shop",storage="disk"}')).toBe(2000)
    expect(
      await value(
        metrics,
        'holdfast_verdicts_total{backup_job="shop",storage="disk",verifier="archive",status="passed"}',
      ),
    ).toBe(2)
    expect(
      await value(
        metrics,
        'holdfast_notifications_total{backup_job="shop",notifier="mail",status="delivered"}',
      ),
    ).toBe(2)
    expect(await value(metrics, 'holdfast_pruned_backups_total{backup_job="shop",storage="disk"}')).toBe(4)
    expect(await value(metrics, 'holdfast_pruned_orphans_total{backup_job="shop",storage="disk"}')).toBe(6)
  })

  it('does not count a run that dumped nothing on purpose', async () => {
    const metrics = createMetrics()
    metrics.runFinished(reportOf(monday, { dryRun: true }))
    expect(await lines(metrics, 'holdfast_runs_total')).toEqual([])
  })

  it('counts what is done outside of runs', async () => {
    const metrics = createMetrics()
    const job = 'shop'
    metrics.verified({ job, verdicts: [verdictOf('failed')] })
    metrics.notified({ job, notifications: [{ notifier: 'mail', status: 'quietened' }] })
    metrics.missed({ job, task: 'backup', count: 3 })
    const errors = [{ code: 'STORAGE_DENIED', message: 'no' }]
    metrics.pruned({ job, retention: [{ storage: 'disk', deleted: [], orphans: 0, frozen: 'so', errors }] })
    metrics.checked({ job, status: 'missed', at: monday })
    metrics.nextRun({ job, task: 'backup', at: daysLater(1) })
    metrics.nextRun({ job, task: 'prune', at: daysLater(1) })
    metrics.nextRun({ job, task: 'prune', at: undefined })
    metrics.storageChecked({ job, storage: 'disk', status: { freeBytes: 42 } })
    metrics.storageChecked({ job, storage: 'offsite', status: undefined })
    const text = await metrics.text()
    for (const line of [
      'holdfast_verdicts_total{backup_job="shop",storage="disk",verifier="archive",status="failed"} 1',
      'holdfast_notifications_total{backup_job="shop",notifier="mail",status="quietened"} 1',
      'holdfast_missed_runs_total{backup_job="shop",task="backup"} 3',
      'holdfast_prune_errors_total{backup_job="shop",storage="disk",code="STORAGE_DENIED"} 1',
      'holdfast_last_prune_frozen{backup_job="shop",storage="disk"} 1',
      'holdfast_last_prune_errors{backup_job="shop",storage="disk"} 1',
      'holdfast_last_check_missed{backup_job="shop"} 1',
      `holdfast_next_run_timestamp_seconds{backup_job="shop",task="backup"} ${daysLater(1).getTime() / 1000}`,
      'holdfast_storage_free_bytes{backup_job="shop",storage="disk"} 42',
      'holdfast_storage_up{backup_job="shop",storage="disk"} 1',
      'holdfast_storage_up{backup_job="shop",storage="offsite"} 0',
    ])
      expect(text.split('\n')).toContain(line)
    expect(text).not.toContain('next_run_timestamp_seconds{backup_job="shop",task="prune"')
    expect(text).not.toContain('holdfast_last_notification{')
  })

  it('forgets a job whole', async () => {
    const metrics = createMetrics()
    metrics.jobKnown({ job: shop, backups: copies(copyOf(monday)), reports: [reportOf(monday)] })
    metrics.runFinished(reportOf(monday))
    metrics.forget('shop')
    expect(await metrics.text()).not.toContain('shop')
  })
})

describe('createMetrics', () => {
  it('tells ages by its clock at each scrape, and none without one', async () => {
    let now = daysLater(1)
    const metrics = createMetrics({ now: () => now })
    const known = { job: shop, backups: copies(copyOf(monday)), reports: [] }
    metrics.jobKnown(known)
    const age = 'holdfast_last_success_age_seconds{backup_job="shop",storage="disk"}'
    expect(await value(metrics, age)).toBe(86_400)
    now = daysLater(2)
    expect(await value(metrics, age)).toBe(172_800)
    const timeless = createMetrics()
    timeless.jobKnown(known)
    expect(await lines(timeless, 'holdfast_last_success_age_seconds{')).toEqual([])
  })

  it('can not be flooded by the codes of a plugin', async () => {
    const metrics = createMetrics()
    const fail = (code: string) =>
      metrics.runFinished(reportOf(monday, { status: 'failed', error: { code, message: 'no' } }))
    for (let number = 0; number < 200; number++) fail(`STORAGE_MINE_${number}`)
    fail('password=hunter2')
    fail('RUN_LOCKED')
    const codes = await lines(metrics, 'holdfast_run_failures_total{backup_job="shop",code=')
    expect(codes).toHaveLength(34)
    expect(codes).toContain('"OTHER"} 169')
    expect(codes).toContain('"RUN_LOCKED"} 1')
    expect(await metrics.text()).not.toContain('hunter2')
  })

  it('answers a scrape over a thousand jobs in a few seconds, on any machine', async () => {
    const metrics = createMetrics({ now: () => monday })
    for (let number = 0; number < 1000; number++) {
      const job = { ...shop, name: `job-${number}` }
      metrics.jobKnown({ job, backups: copies(copyOf(monday)), reports: [reportOf(monday)] })
    }
    await setImmediate()
    const startedAt = performance.now()
    const text = await metrics.text()
    expect(performance.now() - startedAt).toBeLessThan(5000)
    expect(text.split('\n').length).toBeGreaterThan(30_000)
  })
})
