import { retentionText } from '@holdfast/message'
import type { Check, Report, Verdict } from '@holdfast/plugin'
import { markOf, type Mark } from './look.ts'
import { formatBytes, formatCount } from './units.ts'

/** One line of the checklist after a backup. */
export interface ChecklistItem {
  mark: Mark
  what: string
  /** What was found, or why there is nothing to tick. */
  detail: string
}

/**
 * The checklist that people keep for a backup by hand, answered from what a run really did: nothing is ticked that the
 * report has no evidence of.
 */
export function checklist(report: Report): ChecklistItem[] {
  return [
    created(report),
    reasonableSize(report),
    readable(report),
    checksum(report),
    uploaded(report),
    uploadVerified(report),
    notified(report),
    logged(report),
    cleanedUp(report),
  ]
}

function item(mark: Mark, what: string, detail: string): ChecklistItem {
  return { mark, what, detail }
}

function created({ backup }: Report): ChecklistItem {
  const what = 'Backup file created'
  if (backup === undefined) return item('bad', what, 'there is no new backup')
  const dump = backup.objects.find((object) => object.role === 'dump')
  return item('good', what, `${formatBytes(dump?.bytes ?? 0)}, ${formatCount(backup.tables, 'table')}`)
}

function reasonableSize({ verdicts }: Report): ChecklistItem {
  const what = 'File size reasonable'
  const checks = [
    ...checksOf(verdicts, 'plausible'),
    ...['size', 'tables'].flatMap((name) => aboutWholeness(verdicts).filter((check) => check.name === name)),
  ]
  const telling = worst(checks)
  return telling === undefined
    ? item('none', what, 'no verifier looked at it')
    : item(markOf[telling.status], what, telling.detail)
}

function readable({ backup, verdicts }: Report): ChecklistItem {
  const what = 'pg_restore --list'
  if (backup?.format === 'plain') return item('none', what, 'plain SQL has no contents list')
  const checks = aboutWholeness(verdicts)
  const telling = worst(aboutContents.flatMap((name) => checks.filter((check) => check.name === name)))
  return telling === undefined
    ? item('none', what, 'no verifier looked at it')
    : item(markOf[telling.status], what, telling.detail)
}

/** What verifier-archive calls the checks that need the contents list, the most telling first. */
const aboutContents = ['contents', 'decode']

function checksum({ backup }: Report): ChecklistItem {
  const what = 'SHA-256 stored'
  const sidecar = backup?.objects.find((object) => object.role === 'sidecar')
  return sidecar === undefined
    ? item('none', what, 'nothing was stored')
    : item('good', what, sidecar.key.slice(sidecar.key.lastIndexOf('/') + 1))
}

function uploaded({ storages, backup }: Report): ChecklistItem {
  const what = 'Stored off this machine'
  const remote = storages.filter(({ plugin }) => plugin !== 'local')
  const failed = remote.find(({ status }) => status === 'failed')
  if (failed !== undefined) return item('bad', what, `${failed.name}: ${failed.error?.message ?? 'failed'}`)
  const stored = remote.filter(({ status }) => status === 'stored')
  const encrypted = backup?.encryption === undefined ? 'not encrypted' : 'encrypted'
  return stored.length === 0
    ? item('none', what, `kept in a directory, ${encrypted}`)
    : item('good', what, `${stored.map(({ location }) => location).join(', ')}, ${encrypted}`)
}

function uploadVerified({ storages, verdicts }: Report): ChecklistItem {
  const what = 'Stored copy read back'
  const stored = storages.filter(({ status }) => status === 'stored')
  const proofs = verdicts.filter(({ proves }) => proves !== 'plausible')
  const bad = proofs.find(({ status }) => status === 'failed')
  if (bad !== undefined) return item('bad', what, `${bad.verifier} found damage in ${bad.storage}`)
  const said = proofs.filter(({ status }) => status !== 'skipped')
  const read = said.filter(({ proves }) => proves !== 'attested')
  const proven = new Set(read.map(({ storage }) => storage))
  const missing = stored.filter(({ name }) => !proven.has(name)).map(({ name }) => name)
  if (stored.length === 0) return item('none', what, 'nothing was stored')
  const attested = missing.filter((name) => said.some(({ storage }) => storage === name))
  if (attested.length > 0 && attested.length === missing.length) {
    return item('none', what, `not read: attested by ${attested.join(', ')}`)
  }
  return missing.length > 0
    ? item('none', what, `nobody read ${missing.join(', ')}`)
    : item('good', what, `whole in ${[...proven].join(', ')}`)
}

function notified({ notifications }: Report): ChecklistItem {
  const what = 'Notification sent'
  const failed = notifications.find(({ status }) => status === 'failed')
  if (failed !== undefined)
    return item('bad', what, `${failed.notifier}: ${failed.error?.message ?? 'failed'}`)
  const told = notifications.filter(
    ({ status, event }) => status === 'delivered' && event !== 'backup.started',
  )
  if (told.length > 0)
    return item('good', what, [...new Set(told.map(({ notifier }) => notifier))].join(', '))
  const isQuiet = notifications.some(({ status }) => status === 'quietened')
  return item('none', what, isQuiet ? 'the same was told before' : 'no notifier was to be told')
}

function logged({ storages }: Report): ChecklistItem {
  const what = 'Run logged'
  const kept = storages.filter(({ log }) => log !== undefined)
  return kept.length === 0
    ? item('none', what, 'the report of this run was not kept')
    : item('good', what, `its report is beside the backup in ${kept.map(({ name }) => name).join(', ')}`)
}

function cleanedUp({ retention }: Report): ChecklistItem {
  const what = 'Old backups cleaned up'
  if (retention.length === 0) return item('none', what, 'not done in this run')
  const frozen = retention.find((one) => one.frozen !== undefined)
  if (frozen?.frozen !== undefined) return item('warning', what, frozen.frozen)
  const error = retention.flatMap(({ errors }) => errors)[0]
  if (error !== undefined) return item('bad', what, error.message)
  const done = retentionText(retention)
  return retention.every(({ deleted }) => deleted.length === 0)
    ? item('none', what, `none was due, ${done}`)
    : item('good', what, done)
}

/** What was said of the stored bytes, however closely they were looked at. */
function aboutWholeness(verdicts: readonly Verdict[]): Check[] {
  return (['attested', 'stored', 'archive'] as const).flatMap((proves) => checksOf(verdicts, proves))
}

function checksOf(verdicts: readonly Verdict[], proves: Verdict['proves']): Check[] {
  return verdicts.filter((verdict) => verdict.proves === proves).flatMap(({ checks }) => checks)
}

const worstFirst: readonly Check['status'][] = ['failed', 'warning', 'passed', 'skipped']

function worst(checks: readonly Check[]): Check | undefined {
  return checks.toSorted((a, b) => worstFirst.indexOf(a.status) - worstFirst.indexOf(b.status))[0]
}
