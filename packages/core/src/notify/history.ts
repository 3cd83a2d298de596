import type { JobHistory, Report, Verdict } from '@holdfast/plugin'
import type { Backup } from '../backups.ts'
import { likenessOf, type Likeness } from '../history.ts'
import { isVerified } from '../verification.ts'

const mostSizes = 30

export interface Known {
  /** The report that the history is of; absent for what happened outside of a run. */
  report?: Report
  /** Earlier runs, newest first, back to the last good one at least. */
  earlier: readonly Report[]
  /** Backups of the job, newest first; the run's own may be among them. */
  backups: readonly Backup[]
  /** Backups like which ones are compared by size. */
  like: Likeness
}

/** What is known of a job besides a run, from what its storages hold. */
export function historyOf({ report, earlier, backups, like }: Known): JobHistory {
  const others = backups.filter(
    ({ id, startedAt }) =>
      id !== report?.backup?.id && (report === undefined || startedAt < new Date(report.startedAt)),
  )
  const lastVerified = verifiedBy(report) ?? lastVerifiedOf(others)
  const runs = report === undefined ? earlier : [report, ...earlier]
  const failed = runs.slice(
    0,
    firstIndex(runs, ({ status }) => !isFailed(status)),
  )
  const failingSince = (failed.length > 0 ? failed : badRunsBefore(report, earlier)).at(-1)?.startedAt
  return {
    ...(lastVerified !== undefined && { lastVerified }),
    sizes: sizesOf(report, others, like),
    failures: failed.length,
    ...(failingSince !== undefined && { failingSince }),
  }
}

/** The runs in a row, newest first, that were not good; those before a good run where that one is given. */
export function badRunsBefore(report: Report | undefined, earlier: readonly Report[]): readonly Report[] {
  if (report !== undefined && report.status !== 'succeeded') return []
  return earlier.slice(
    0,
    firstIndex(earlier, ({ status }) => status === 'succeeded'),
  )
}

function firstIndex(reports: readonly Report[], is: (report: Report) => boolean): number {
  const index = reports.findIndex(is)
  return index === -1 ? reports.length : index
}

function isFailed(status: Report['status']): boolean {
  return status === 'failed' || status === 'cancelled'
}

function verifiedBy(report: Report | undefined): JobHistory['lastVerified'] {
  if (report?.backup === undefined) return undefined
  const { id, name } = report.backup
  const [primary] = report.storages
  const proofs = report.verdicts.filter(
    ({ storage, proves }) => storage === primary?.name && (proves === 'archive' || proves === 'restored'),
  )
  const isWhole = !proofs.some(({ status }) => status === 'failed') && proofs.some(isGood)
  return isWhole ? { id, name, startedAt: report.startedAt } : undefined
}

function isGood({ status }: Verdict): boolean {
  return status === 'passed' || status === 'warning'
}

function lastVerifiedOf(backups: readonly Backup[]): JobHistory['lastVerified'] {
  const last = backups.find((backup) => isVerified(backup))
  return last && { id: last.id, name: last.name, startedAt: last.startedAt.toISOString() }
}

function sizesOf(report: Report | undefined, others: readonly Backup[], like: Likeness): JobHistory['sizes'] {
  const wanted = likenessOf(like)
  const sizes = others.flatMap(({ manifest, startedAt }) =>
    manifest === undefined || likenessOf(manifest) !== wanted
      ? []
      : [{ startedAt: startedAt.toISOString(), bytes: bytesOf(manifest.objects) }],
  )
  const own =
    report?.backup === undefined
      ? []
      : [
          {
            startedAt: report.startedAt,
            bytes: bytesOf(report.backup.objects.filter(({ role }) => role !== 'manifest')),
          },
        ]
  return [...sizes.slice(0, mostSizes - own.length).toReversed(), ...own]
}

function bytesOf(objects: readonly { bytes: number }[]): number {
  return objects.reduce((sum, { bytes }) => sum + bytes, 0)
}
