import type { Report } from '@holdfast/plugin'
import type { Happening } from './happening.ts'

/** A sentence is for a subject or a lock screen; the error itself is told in full beside it. */
const mostCharacters = 300

/**
 * What happened to a job, in one sentence that begins with its name.
 *
 * @param badRuns how many runs before a recovery were not good, and when the first of them started
 * @param detail what happened outside of a run, without the name of the job
 */
export function summaryOf(
  job: string,
  { event, error }: Happening,
  {
    report,
    badRuns,
    detail,
  }: { report?: Report; badRuns?: { count: number; since?: string }; detail?: string },
): string {
  // What is told outside of a run says itself what it is.
  if (detail !== undefined) return cut(`${job}: ${detail}`)
  const why = error === undefined ? '' : `: ${error.message}`
  switch (event) {
    case 'backup.started':
      return `${job}: the backup has started`
    case 'backup.succeeded':
      return `${job}: ${madeBy(report)}`
    case 'backup.recovered':
      return `${job}: ${madeBy(report)} again${afterBadRuns(badRuns)}`
    case 'backup.suspect':
      return cut(`${job}: backed up, but the backup is suspect${why}`)
    case 'backup.partial':
      return cut(`${job}: backed up, but not in ${failedStorages(report)}${why}`)
    case 'backup.failed':
      return cut(`${job}: ${failedHow(report)}${why}`)
    case 'verify.failed':
      return cut(`${job}: a stored backup is not good${why}`)
    case 'backup.missed':
      return cut(`${job}: no good backup in time${why}`)
    case 'prune.failed':
      return cut(`${job}: old backups could not be deleted${why}`)
  }
}

/** The same, told in a later run. */
export function lateSummary(summary: string, at: string): string {
  return `Late, since it could not be sent on ${formatUtc(at)}: ${summary}`
}

/** `2026-11-22 03:00 UTC`. */
export function formatUtc(moment: string): string {
  return `${moment.slice(0, 16).replace('T', ' ')} UTC`
}

function madeBy(report: Report | undefined): string {
  const isVerifiedRun = report?.verdicts.some(({ status }) => status === 'passed' || status === 'warning')
  return isVerifiedRun === true ? 'backed up and verified' : 'backed up'
}

function afterBadRuns(badRuns: { count: number; since?: string } | undefined): string {
  if (badRuns === undefined || badRuns.count === 0) return ''
  const runs = badRuns.count === 1 ? 'a run that was not good' : `${badRuns.count} runs that were not good`
  return `, after ${runs}${badRuns.since === undefined ? '' : ` (since ${formatUtc(badRuns.since)})`}`
}

function failedStorages(report: Report | undefined): string {
  const failed = (report?.storages ?? []).filter(({ status }) => status === 'failed')
  return failed.map(({ name }) => name).join(', ')
}

function failedHow(report: Report | undefined): string {
  if (report?.status === 'cancelled') return 'the backup was cancelled'
  return report?.backup === undefined ? 'no backup was made' : 'the backup was stored, but it is not good'
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > mostCharacters
    ? `${line
        .slice(0, mostCharacters - 1)
        .trimEnd()
        .toWellFormed()}…`
    : line
}
