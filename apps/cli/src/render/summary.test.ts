import type { Report } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { plain } from './look.ts'
import { goodReport } from './report.test.data.ts'
import { renderSummary, renderTotals } from './summary.ts'
import { widthOf } from './text.ts'

const look = { columns: 100, paint: plain }
const error = {
  code: 'DATABASE_DUMP_FAILED',
  message: 'pg_dump was killed by SIGKILL',
  hint: 'Look at the log of the machine for the reason, such as too little memory.',
  stage: 'dump' as const,
}
const { backup: _backup, restoreCommand: _command, ...nothing } = goodReport
const failed: Report = { ...nothing, status: 'failed', storages: [], verdicts: [], retention: [], error }

describe('renderSummary', () => {
  it('says what was made, ticks the checklist, and ends with how it went', () => {
    expect(`\n${renderSummary(goodReport, look, { brief: false })}\n`).toBe(`
  backup     shop_full_20261122_030000 (id 4f1c09a2b3cd)
  holds      18 tables, 1,203,441 rows, 412 MB of data
  stored     96 MB in local: /var/backups/shop/2026/11/shop_full_20261122_030000.dump.zst

  ✓ Backup file created      96 MB, 18 tables
  ✓ File size reasonable     96 MB, 2% larger than the average of the last 4 (94 MB)
  ✓ pg_restore --list        the rows of all 18 tables are in the dump
  ✓ SHA-256 stored           shop_full_20261122_030000.dump.zst.sha256
  – Stored off this machine  kept in a directory, not encrypted
  ✓ Stored copy read back    whole in local
  – Notification sent        no notifier was to be told
  – Run logged               the report of this run was not kept
  ✓ Old backups cleaned up   1 deleted, 12 kept

  To restore it:
    holdfast restore 4f1c09a2b3cd --from ./backups --to "$TARGET_DATABASE_URL"

✓ shop: backed up and verified in 6.2 s
`)
  })

  it('says what failed, what to do, and that there is no backup', () => {
    expect(renderSummary(failed, look, { brief: false })).toBe(`✗ pg_dump was killed by SIGKILL
  Look at the log of the machine for the reason, such as too little memory.
  DATABASE_DUMP_FAILED in dump  docs/errors.md

✗ shop: no backup was made (6.2 s)`)
  })

  it('is brief where people asked for quiet', () => {
    expect(
      renderSummary({ ...goodReport, warnings: ['the table old is empty'] }, look, { brief: true }),
    ).toBe('! the table old is empty\n✓ shop: backed up and verified in 6.2 s')
  })

  it.each<[Partial<Report>, string]>([
    [
      { status: 'suspect' },
      '! shop: backed up in 6.2 s, but the backup is suspect; nothing older is deleted',
    ],
    [{ status: 'failed' }, '✗ shop: the backup was stored, but it is not good (6.2 s)'],
    [{ verdicts: [] }, '✓ shop: backed up in 6.2 s, not verified'],
    [{ dryRun: true }, '✓ shop: a backup would work; nothing was dumped (6.2 s)'],
    [
      {
        status: 'partial',
        storages: [{ name: 'bucket', plugin: 's3', status: 'failed', location: '', bytes: 0 }],
      },
      '! shop: backed up in 6.2 s, but not in bucket',
    ],
  ])('ends a run of %j with its own words', (part, last) => {
    expect(
      renderSummary({ ...goodReport, ...part }, look, { brief: false })
        .split('\n')
        .at(-1),
    ).toBe(last)
  })

  it('says how to accept a suspect backup', () => {
    expect(renderSummary({ ...goodReport, status: 'suspect' }, look, { brief: false })).toContain(
      'expected:\n    holdfast accept 4f1c09a2b3cd --from ./backups\n',
    )
  })

  it('ends a cancelled run with whether anything was kept', () => {
    const cancelled: Report = { ...failed, status: 'cancelled' }
    expect(renderSummary(cancelled, look, { brief: false })).toMatch(
      /cancelled after 6.2 s; nothing of it was kept$/,
    )
    expect(renderSummary({ ...goodReport, status: 'cancelled' }, look, { brief: true })).toMatch(
      /cancelled after 6.2 s; the backup is stored, but not verified$/,
    )
  })

  it('fits 60 columns, but for the command that must be copied whole', () => {
    const summary = renderSummary(goodReport, { columns: 60, paint: plain }, { brief: false })
    expect(summary).toContain(
      '\n  stored     96 MB in local:\n             /var/backup…/shop_full_20261122_030000.dump.zst\n',
    )
    const tooWide = summary.split('\n').filter((line) => widthOf(line) > 60)
    expect(tooWide).toEqual([expect.stringContaining('holdfast restore')])
  })

  it('cuts no path where it is piped', () => {
    const [stored] = goodReport.storages
    const location = `/${'deep/'.repeat(80)}shop_full_20261122_030000.dump.zst`
    const report = { ...goodReport, storages: [{ ...stored!, location }] }
    expect(renderSummary(report, { columns: Infinity, paint: plain }, { brief: false })).toContain(
      `  stored     96 MB in local: ${location}\n`,
    )
  })
})

describe('renderTotals', () => {
  it('counts jobs by how they went', () => {
    expect(renderTotals([goodReport, goodReport], look)).toBe('✓ 2 jobs: 2 succeeded')
    expect(renderTotals([goodReport, failed], look)).toBe('✗ 2 jobs: 1 succeeded, 1 failed')
  })
})
