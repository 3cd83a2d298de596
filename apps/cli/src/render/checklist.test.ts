import type { Report } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { checklist } from './checklist.ts'
import { goodReport } from './report.test.data.ts'

const marksOf = (report: Report) =>
  Object.fromEntries(checklist(report).map(({ what, mark }) => [what, mark]))
const detailOf = (report: Report, what: string) =>
  checklist(report).find((item) => item.what === what)?.detail

describe('checklist', () => {
  it('ticks what happened and nothing else', () => {
    expect(marksOf(goodReport)).toEqual({
      'Backup file created': 'good',
      'File size reasonable': 'good',
      'pg_restore --list': 'good',
      'SHA-256 stored': 'good',
      'Stored off this machine': 'none',
      'Stored copy read back': 'good',
      'Notification sent': 'none',
      'Run logged': 'none',
      'Old backups cleaned up': 'good',
    })
  })

  it('ticks nothing of verification where nothing was verified', () => {
    const marks = marksOf({ ...goodReport, verdicts: [] })
    expect(marks['File size reasonable']).toBe('none')
    expect(marks['pg_restore --list']).toBe('none')
    expect(marks['Stored copy read back']).toBe('none')
  })

  it('shows the worst of what the verifiers said', () => {
    const verdicts = goodReport.verdicts.map((verdict) =>
      verdict.proves === 'plausible'
        ? {
            ...verdict,
            status: 'failed' as const,
            checks: [{ name: 'rows', status: 'failed' as const, detail: '40% fewer' }],
          }
        : verdict,
    )
    expect(marksOf({ ...goodReport, verdicts })['File size reasonable']).toBe('bad')
    expect(detailOf({ ...goodReport, verdicts }, 'File size reasonable')).toBe('40% fewer')
  })

  it('does not call a copy read back that nobody read', () => {
    const [local] = goodReport.storages
    const second = { ...local!, name: 'bucket', plugin: 's3', location: 's3://backups/shop' }
    const report: Report = { ...goodReport, storages: [local!, second] }
    expect(marksOf(report)['Stored copy read back']).toBe('none')
    expect(detailOf(report, 'Stored copy read back')).toBe('nobody read bucket')
    expect(marksOf(report)['Stored off this machine']).toBe('good')
  })

  it('says when a storage, a notifier or the retention failed', () => {
    const error = { code: 'STORAGE_PERMISSION', message: 'access denied' }
    const report: Report = {
      ...goodReport,
      status: 'partial',
      storages: [
        ...goodReport.storages,
        { name: 'bucket', plugin: 's3', status: 'failed', location: 's3://b', bytes: 0, error },
      ],
      notifications: [
        {
          notifier: 'mail',
          plugin: 'smtp',
          event: 'backup.partial',
          id: '1',
          status: 'failed',
          attempts: 3,
          durationMs: 1,
          error,
        },
      ],
      retention: [{ storage: 'local', deleted: [], kept: 3, orphans: 0, errors: [error] }],
    }
    expect(marksOf(report)).toMatchObject({
      'Stored off this machine': 'bad',
      'Notification sent': 'bad',
      'Old backups cleaned up': 'bad',
    })
  })

  it('does not tick a clean-up that deleted nothing or was frozen', () => {
    const nothing = { storage: 'local', deleted: [], kept: 3, orphans: 0, errors: [] }
    expect(marksOf({ ...goodReport, retention: [nothing] })['Old backups cleaned up']).toBe('none')
    expect(marksOf({ ...goodReport, retention: [] })['Old backups cleaned up']).toBe('none')
    const frozen = { ...nothing, frozen: 'frozen: shop_full_1 is suspect' }
    expect(marksOf({ ...goodReport, retention: [frozen] })['Old backups cleaned up']).toBe('warning')
  })

  it('ticks the log only where the report is kept', () => {
    const storages = goodReport.storages.map((storage) => ({ ...storage, log: 'shop/2026/11/x.report.json' }))
    expect(marksOf({ ...goodReport, storages })['Run logged']).toBe('good')
  })
})
