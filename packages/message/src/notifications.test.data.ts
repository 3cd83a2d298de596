import type { Notification, NotificationEvent } from '@holdfast/plugin'
import { at, backup, failed, good, partial, startedAt, suspect, unreachable } from './reports.test.data.ts'

const dayMs = 86_400_000

function daysBefore(days: number): string {
  return new Date(Date.parse(startedAt) - days * dayMs).toISOString()
}

/** Seven older backups, a day apart, and this run's where it made one. */
function sizes(last?: number): Notification['history']['sizes'] {
  const older = [88, 89, 91, 90, 93, 94, 94].map((megabytes, index) => ({
    startedAt: daysBefore(7 - index),
    bytes: megabytes * 1_000_000,
  }))
  return last === undefined ? older : [...older, { startedAt, bytes: last }]
}

const yesterdays = { id: '0a1b2c3d4e5f', name: 'shop_full_20261121_030000', startedAt: daysBefore(1) }
const thisOne = { id: backup.id, name: backup.name, startedAt }

const common = {
  schemaVersion: 1,
  job: 'shop',
  at,
  test: false,
  quietened: 0,
  nextRunAt: '2026-11-29T03:00:00.000Z',
  commands: {
    look: 'holdfast show latest --job shop --config /etc/holdfast.yaml',
    restore: good.restoreCommand!,
  },
} as const

const restoreYesterdays = {
  ...common.commands,
  restore: common.commands.restore.replace(backup.id, yesterdays.id),
}

/** What each event looks like when it happens. */
export const notifications: Readonly<Record<NotificationEvent, Notification>> = {
  'backup.started': {
    ...common,
    id: 'b64f3a8e-started',
    event: 'backup.started',
    at: startedAt,
    summary: 'shop: the backup has started',
    history: { lastVerified: yesterdays, sizes: sizes(), failures: 0 },
    commands: { look: common.commands.look },
  },
  'backup.succeeded': {
    ...common,
    id: 'b64f3a8e-succeeded',
    event: 'backup.succeeded',
    summary: 'shop: backed up and verified',
    report: good,
    history: { lastVerified: thisOne, sizes: sizes(96_004_120), failures: 0 },
  },
  'backup.recovered': {
    ...common,
    id: 'b64f3a8e-recovered',
    event: 'backup.recovered',
    summary:
      'shop: backed up and verified again, after 3 runs that were not good (since 2026-11-19 03:00 UTC)',
    report: good,
    history: { lastVerified: thisOne, sizes: sizes(96_004_120), failures: 0, failingSince: daysBefore(3) },
  },
  'backup.suspect': {
    ...common,
    id: 'b64f3a8e-suspect',
    event: 'backup.suspect',
    summary:
      'shop: backed up, but the backup is suspect: size: 47 MB, 49% smaller than the average of the last 4 (93 MB)',
    report: suspect,
    error: {
      code: 'VERIFY_SUSPECT',
      message: 'size: 47 MB, 49% smaller than the average of the last 4 (93 MB)',
      hint: 'If the change is expected: holdfast accept 4f1c09a2b3cd. Until then nothing older is deleted.',
      stage: 'verify',
    },
    history: { lastVerified: yesterdays, sizes: sizes(47_004_120), failures: 0 },
  },
  'backup.partial': {
    ...common,
    id: 'b64f3a8e-partial',
    event: 'backup.partial',
    summary: 'shop: backed up, but not in s3',
    report: partial,
    history: { lastVerified: thisOne, sizes: sizes(96_004_120), failures: 0 },
  },
  'backup.failed': {
    ...common,
    id: 'b64f3a8e-failed',
    event: 'backup.failed',
    summary: `shop: no backup was made: ${unreachable.message.slice(0, 120)}…`,
    report: failed,
    error: unreachable,
    history: {
      lastVerified: { ...yesterdays, startedAt: daysBefore(3) },
      sizes: sizes(),
      failures: 3,
      failingSince: daysBefore(2),
    },
    commands: restoreYesterdays,
    quietened: 2,
  },
  'verify.failed': {
    ...common,
    id: 'b64f3a8e-verify',
    event: 'verify.failed',
    summary: 'shop: shop_full_20261122_030000 in s3 is damaged',
    error: {
      code: 'VERIFY_FAILED',
      message: 'sha256: 3b1f… is stored, the manifest says aaaaaaaaaaaa…',
      hint: 'Keep it for inspection, and take a new backup: holdfast backup shop',
      stage: 'verify',
      plugin: 'archive',
    },
    history: { lastVerified: yesterdays, sizes: sizes(96_004_120), failures: 0 },
    commands: restoreYesterdays,
  },
  'prune.failed': {
    ...common,
    id: 'b64f3a8e-prune',
    event: 'prune.failed',
    summary: 'shop: old backups could not be deleted: wastewise-backups: Access Denied (403)',
    error: {
      code: 'STORAGE_PERMISSION',
      message: 'wastewise-backups: Access Denied (403)',
      hint: 'The role needs s3:DeleteObject on arn:aws:s3:::wastewise-backups/*.',
      stage: 'retain',
      plugin: 's3',
    },
    history: { lastVerified: yesterdays, sizes: sizes(), failures: 0 },
    commands: { look: 'holdfast prune shop --plan --config /etc/holdfast.yaml' },
  },
  'backup.missed': {
    ...common,
    id: 'b64f3a8e-missed',
    event: 'backup.missed',
    summary: 'shop: no good backup since 2026-11-19 03:00 UTC; one is expected every 36 h',
    history: {
      lastVerified: { ...yesterdays, startedAt: daysBefore(3) },
      sizes: sizes(),
      failures: 0,
    },
    commands: restoreYesterdays,
  },
}
