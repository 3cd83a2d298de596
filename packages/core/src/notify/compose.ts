import { randomUUID } from 'node:crypto'
import type { Notification, Report } from '@holdfast/plugin'
import type { Backup } from '../backups.ts'
import { commandsFor } from '../commands.ts'
import type { Job } from '../job.ts'
import type { Happening } from './happening.ts'
import { badRunsBefore, historyOf } from './history.ts'
import { lateSummary, summaryOf } from './summary.ts'

/** What messages about a job are made of. */
export interface Facts {
  /** Runs before what is told, newest first. */
  earlier: readonly Report[]
  /** Backups of the job, newest first. */
  backups: readonly Backup[]
  /** What the commands need besides names, such as `--from ./backups`. */
  flags: string | undefined
  nextRunAt: Date | undefined
}

export interface Subject {
  /** The run, where there was one. */
  report?: Report
  at: Date
  /** Of a message that is told again. */
  id?: string
  /** Told in a later run, because it could not be sent when it happened. */
  late?: true
  test?: true
  /** What happened outside of a run, without the name of the job. */
  detail?: string
  /** The backup to look at, where it is not that of the run. */
  shown?: string
}

/** The message about something that happened; still with whatever secrets its parts have. */
export function compose(job: Job, happening: Happening, subject: Subject, facts: Facts): Notification {
  const { event, error } = happening
  const { report, at, late, shown = report?.backup?.id } = subject
  const bad = badRunsBefore(report, facts.earlier)
  const since = bad.at(-1)?.startedAt
  const summary = summaryOf(job.name, happening, {
    ...(report !== undefined && { report }),
    ...(subject.detail !== undefined && { detail: subject.detail }),
    badRuns: { count: bad.length, ...(since !== undefined && { since }) },
  })
  const history = historyOf({
    ...(report !== undefined && { report }),
    earlier: facts.earlier,
    backups: facts.backups,
    like: likenessOfJob(job),
  })
  return {
    schemaVersion: 1,
    id: subject.id ?? randomUUID(),
    event,
    job: job.name,
    at: at.toISOString(),
    test: subject.test === true,
    summary: late === true ? lateSummary(summary, at.toISOString()) : summary,
    ...(report !== undefined && event !== 'backup.started' && { report }),
    ...(error !== undefined && { error }),
    history,
    ...(facts.nextRunAt !== undefined && { nextRunAt: facts.nextRunAt.toISOString() }),
    commands: commandsFor(job.name, {
      shown,
      restorable: isGood(report) ? report?.backup?.id : history.lastVerified?.id,
      flags: facts.flags,
    }),
    quietened: 0,
  }
}

/** Whether the backup of a run can be restored; a suspect one can. */
function isGood(report: Report | undefined): boolean {
  return report?.backup !== undefined && report.status !== 'failed'
}

function likenessOfJob({ name, dump }: Job): Parameters<typeof historyOf>[0]['like'] {
  const { include, exclude } = dump.tables
  return { job: name, kind: dump.kind, selection: { include: [...include], exclude: [...exclude] } }
}
