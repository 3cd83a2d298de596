import type { Notification, Report, ReportedBackup, ReportedStorage, Verdict } from '@holdfast/plugin'
import { cleanLine } from './clean.ts'
import type { Fact, Tone } from './message.ts'
import { listed } from './names.ts'
import { retentionText } from './retention-text.ts'
import { againstUsual, usualBytes } from './sizes.ts'
import { ageMs } from './state.ts'
import { formatAge, formatBytes, formatCount, formatDuration, formatUtc } from './units.ts'

/** What people look for in the message about a backup, in the order in which they have always had it. */
export function factsOf(notification: Notification): Fact[] {
  const { event, report } = notification
  const ofRun = report === undefined || event === 'backup.started' ? [] : runFacts(report, notification)
  return [...ofRun, ...historyFacts(notification)].map((one) => ({ ...one, text: cleanLine(one.text, 500) }))
}

function fact(term: string, text: string, tone?: Tone): Fact {
  return tone === undefined ? { term, text } : { term, text, tone }
}

function runFacts(report: Report, notification: Notification): Fact[] {
  const { backup, storages, verdicts, durationMs } = report
  if (backup === undefined)
    return [
      fact('Backup file', 'none, nothing new was stored', 'bad'),
      fact('Duration', formatDuration(durationMs)),
    ]
  return [
    fact('Backup file', fileName(backup)),
    fact(
      'File size',
      [formatBytes(dumpOf(backup)?.bytes ?? 0), againstUsual(notification)].filter(isText).join(', '),
    ),
    fact('Holds', contents(backup)),
    fact('Duration', formatDuration(durationMs)),
    ...locations(storages),
    verification(verdicts),
    upload(storages),
    ...oldBackups(report),
  ]
}

function isText(text: string | undefined): text is string {
  return text !== undefined
}

function dumpOf({ objects }: ReportedBackup): ReportedBackup['objects'][number] | undefined {
  return objects.find(({ role }) => role === 'dump')
}

function fileName(backup: ReportedBackup): string {
  return (dumpOf(backup)?.key ?? backup.name).split('/').at(-1) ?? backup.name
}

function contents({ tables, rows, rawBytes, kind }: ReportedBackup): string {
  const counted = [formatCount(tables, 'table'), ...(rows === undefined ? [] : [formatCount(rows, 'row')])]
  return `${counted.join(', ')}, ${formatBytes(rawBytes)} of ${kind === 'full' ? 'data' : kind}`
}

function locations(storages: readonly ReportedStorage[]): Fact[] {
  const stored = storages.find(({ status }) => status === 'stored')
  return stored === undefined ? [] : [fact('Location', stored.location)]
}

function verification(verdicts: readonly Verdict[]): Fact {
  const term = 'Verification'
  const which = (status: Verdict['status']): string[] => [
    ...new Set(verdicts.filter((one) => one.status === status).map(({ verifier }) => verifier)),
  ]
  const failed = which('failed')
  const warned = which('warning')
  const passed = which('passed')
  if (failed.length > 0) return fact(term, `FAILED: ${listed(failed)}`, 'bad')
  if (warned.length > 0) return fact(term, `PASSED with a warning of ${listed(warned)}`, 'warning')
  if (passed.length > 0) return fact(term, `PASSED: ${listed(passed)}`, 'good')
  return fact(term, 'not verified', 'warning')
}

function upload(storages: readonly ReportedStorage[]): Fact {
  const names = (status: ReportedStorage['status']): string =>
    listed(storages.filter((one) => one.status === status).map(({ name }) => name))
  const failed = names('failed')
  const stored = names('stored')
  if (failed === '') return fact('Upload', `SUCCESSFUL: ${stored}`, 'good')
  return stored === ''
    ? fact('Upload', `FAILED: ${failed}`, 'bad')
    : fact('Upload', `FAILED in ${failed}, successful in ${stored}`, 'warning')
}

function oldBackups({ retention }: Report): Fact[] {
  if (retention.length === 0) return []
  return [fact('Old backups', retentionText(retention))]
}

function historyFacts(notification: Notification): Fact[] {
  const { event, report, history, nextRunAt, quietened } = notification
  const usual = event === 'backup.started' ? usualBytes(notification) : undefined
  const { failures, failingSince } = history
  return [
    ...(usual === undefined ? [] : [fact('Usual size', formatBytes(usual))]),
    ...lastVerified(notification),
    ...(failures > 1 ? [fact('Failures in a row', String(failures), 'bad')] : []),
    ...(failingSince !== undefined && (failures > 1 || event === 'backup.recovered')
      ? [
          fact(
            event === 'backup.recovered' ? 'Had failed since' : 'Failing since',
            `${formatUtc(failingSince)} (${formatAge(ageMs(notification, failingSince))})`,
          ),
        ]
      : []),
    ...(nextRunAt === undefined ? [] : [fact('Next backup', formatUtc(nextRunAt))]),
    ...(quietened > 0
      ? [fact('Not told before', `the same happened ${formatCount(quietened, 'time')} without a message`)]
      : []),
  ]

  function lastVerified({ history: { lastVerified: last } }: Notification): Fact[] {
    const term = 'Last verified backup'
    // Nothing was looked at yet when a run has just begun, and perhaps not all could be when it has ended.
    if (last === undefined) return event === 'backup.started' ? [] : [fact(term, 'none is known', 'bad')]
    if (last.id === report?.backup?.id)
      return event === 'backup.suspect'
        ? [fact(term, 'this one, whole but suspect', 'warning')]
        : [fact(term, 'this one', 'good')]
    const age = formatAge(ageMs(notification, last.startedAt))
    return [fact(term, `${age} (${formatUtc(last.startedAt)}), ${last.name}`)]
  }
}
