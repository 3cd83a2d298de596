import type { Report, Verdict } from '@holdfast/plugin'
import { expect, it } from 'vitest'
import { checklist } from './checklist.ts'

const archive: Verdict = {
  verifier: 'archive',
  storage: 'local',
  proves: 'archive',
  status: 'passed',
  checks: ['sha256', 'decode', 'contents', 'size'].map((name) => ({
    name,
    status: 'passed',
    detail: `${name} passed`,
  })),
}

const report: Report = {
  schemaVersion: 1,
  command: 'backup',
  status: 'succeeded',
  job: 'shop',
  startedAt: '2026-11-22T03:00:00.000Z',
  finishedAt: '2026-11-22T03:00:05.000Z',
  durationMs: 5000,
  dryRun: false,
  backup: {
    id: '0123456789ab',
    name: 'shop_full_20261122_030000',
    kind: 'full',
    format: 'custom',
    objects: [
      { role: 'dump', key: 'shop/2026/11/x.dump.zst', bytes: 45_400_000, sha256: 'a' },
      { role: 'sidecar', key: 'shop/2026/11/x.dump.zst.sha256', bytes: 80, sha256: 'b' },
    ],
    rawBytes: 126_000_000,
    tables: 24,
  },
  stages: [],
  storages: [],
  verdicts: [archive],
  notifications: [],
  retention: [{ storage: 'local', deleted: [], kept: 1, orphans: 0, errors: [] }],
  warnings: [],
}

function ticked(changes: Partial<Report>): number[] {
  return checklist({ ...report, ...changes }).flatMap(({ done }, index) => (done ? [index + 1] : []))
}

it('ticks what the demo does and nothing else', () => {
  expect(ticked({})).toEqual([1, 2, 3, 4])
})

it('says of everything that is not ticked why', () => {
  const open = checklist(report).filter(({ done }) => !done)
  expect(open.map(({ because }) => because)).toEqual([
    'npm run demo -- --s3 has it',
    'npm run demo -- --s3 has it',
    'no notifier in this demo',
    'no monitoring here',
    'nothing is old yet',
  ])
})

it('ticks an upload to S3 that was read back, and no encryption that was not asked for', () => {
  const storage = { name: 's3', plugin: 's3', location: 's3://backups/x.dump.zst', bytes: 1 } as const
  const verdicts = [{ ...archive, storage: 's3' }]
  expect(ticked({ storages: [{ ...storage, status: 'stored' }], verdicts })).toEqual([1, 2, 3, 4, 6])
  expect(ticked({ storages: [{ ...storage, status: 'failed' }], verdicts })).toEqual([1, 2, 3, 4])
  expect(ticked({ storages: [{ ...storage, status: 'stored' }] })).toEqual([1, 2, 3, 4])
})

it('ticks nothing without a backup', () => {
  const { backup: _, ...without } = report
  expect(checklist({ ...without, verdicts: [] }).filter(({ done }) => done)).toEqual([])
})

it.each([
  ['sha256', [1, 2, 3]],
  ['decode', [1, 2, 4]],
  ['contents', [1, 2, 4]],
  ['size', [1, 3, 4]],
])('takes back a tick when %s fails', (failed, left) => {
  const checks = archive.checks.map((check) =>
    check.name === failed ? { ...check, status: 'failed' as const } : check,
  )
  expect(ticked({ verdicts: [{ ...archive, status: 'failed', checks }] })).toEqual(left)
})

it('takes back a tick when the size is unlike the ones before', () => {
  const size: Verdict = { ...archive, verifier: 'size', proves: 'plausible', status: 'failed', checks: [] }
  expect(ticked({ verdicts: [archive, size] })).toEqual([1, 3, 4])
})

it('ticks a delivered notification and a deletion', () => {
  expect(
    ticked({
      notifications: [
        {
          notifier: 'mail',
          plugin: 'smtp',
          event: 'backup.succeeded',
          id: '1',
          status: 'delivered',
          attempts: 1,
          durationMs: 1,
        },
      ],
      retention: [{ storage: 'local', deleted: ['old'], kept: 1, orphans: 0, errors: [] }],
    }),
  ).toEqual([1, 2, 3, 4, 7, 9])
})
