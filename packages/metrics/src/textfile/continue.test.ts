import { describe, expect, it } from 'vitest'
import { copyOf, daysLater, monday, reportOf } from '../known.test.support.ts'
import { createMetrics } from '../metrics.ts'
import { continueText, type SeriesScope } from './continue.ts'
import { formatExposition, parseExposition } from './exposition.ts'

const scope: SeriesScope = {
  isGone: () => false,
  isCurrent: (job) => job === 'shop',
  isUnread: () => false,
}

async function textOf(name: string, startedAt: Date, changes = {}): Promise<string> {
  const metrics = createMetrics()
  const job = { name, storages: [{ name: 'disk' }, { name: 'offsite' }], notifiers: [] }
  const backups = ['disk', 'offsite'].map((storage) => ({ copies: [copyOf(startedAt, { storage })] }))
  metrics.jobKnown({ job, backups, reports: [] })
  metrics.runFinished(reportOf(startedAt, { job: name, ...changes }))
  return metrics.text()
}

describe('continueText', () => {
  it('lets counters go on and gauges be as they are now', async () => {
    const failed = { status: 'failed', error: { code: 'RUN_LOCKED', message: 'no' } }
    const first = continueText('', await textOf('shop', monday, failed), scope)
    const text = continueText(first, await textOf('shop', daysLater(1)), scope)
    const lines = text.split('\n')
    expect(lines).toContain('holdfast_runs_total{backup_job="shop",status="failed"} 1')
    expect(lines).toContain('holdfast_runs_total{backup_job="shop",status="succeeded"} 1')
    expect(lines).toContain('holdfast_run_failures_total{backup_job="shop",code="RUN_LOCKED"} 1')
    expect(lines.filter((line) => line.startsWith('holdfast_last_run_result'))).toEqual([
      'holdfast_last_run_result{backup_job="shop",status="succeeded",code=""} 1',
    ])
  })

  it('keeps other jobs, unless the configuration has them no more', async () => {
    const both = continueText(await textOf('blog', monday), await textOf('shop', monday), scope)
    expect(both).toContain('holdfast_last_backup_bytes{backup_job="blog",storage="disk"} 1000')
    expect(both.match(/# TYPE holdfast_last_backup_bytes /g)).toHaveLength(1)
    const after = continueText(both, await textOf('shop', monday), {
      ...scope,
      isGone: (job) => job === 'blog',
    })
    expect(after).not.toContain('blog')
  })

  it('keeps what was known of a storage that did not answer, and nothing of one that did', async () => {
    const before = await textOf('shop', monday)
    const metrics = createMetrics()
    const job = { name: 'shop', storages: [{ name: 'disk' }, { name: 'offsite' }], notifiers: [] }
    metrics.jobKnown({ job, backups: [], reports: [], unread: ['offsite'] })
    const text = continueText(before, await metrics.text(), {
      ...scope,
      isUnread: (_, storage) => storage === 'offsite',
    })
    expect(text).toContain('holdfast_last_backup_bytes{backup_job="shop",storage="offsite"} 1000')
    expect(text).not.toContain('holdfast_last_backup_bytes{backup_job="shop",storage="disk"}')
  })

  it('reads every label that it writes', () => {
    const series = 'x_total{backup_job="a \\"b\\" \\\\ c\\nd, e=\\"f\\"",code=""} 1'
    const text = `# HELP x_total Help, with a # in it.\n# TYPE x_total counter\n${series}\n`
    expect(parseExposition(text).get('x_total')?.series.values().next().value?.labels).toEqual({
      backup_job: 'a "b" \\ c\nd, e="f"',
      code: '',
    })
    expect(formatExposition(parseExposition(text).values())).toBe(text)
  })

  it('passes over what it can not read', () => {
    expect(continueText('not a metric\n{{{\nx_total NaNaN\n', '', scope)).toBe('\n')
  })
})
