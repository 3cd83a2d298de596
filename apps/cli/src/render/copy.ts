import type { CopyReport } from '@holdfast/core'
import { definition, shownLocation } from './definition.ts'
import { renderError } from './error.ts'
import { marked, type Look } from './look.ts'
import { formatBytes, formatCount, formatDuration } from './units.ts'
import { renderVerdicts } from './verification.ts'

/** The end of `copy` for people. */
export function renderCopy(report: CopyReport, look: Look): string {
  const { backup, from, to, location, durationMs, objects, verdicts, error } = report
  const bytes = objects.reduce((sum, object) => sum + object.bytes, 0)
  const kept = objects.filter(({ status }) => status === 'kept').length
  const there = kept === 0 ? '' : `, ${kept === objects.length ? 'all' : kept} there before`
  const shown = shownLocation(location, look)
  const facts = [
    definition('backup', `${backup.name} (id ${backup.id})`, look),
    definition('from', from, look),
    definition('to', location.startsWith(to) ? shown : `${to}: ${shown}`, look),
    definition('holds', `${formatCount(objects.length, 'object')}, ${formatBytes(bytes)}${there}`, look),
  ].join('\n')
  const end =
    error === undefined
      ? `${marked('good', look)} ${backup.job}: ${verdictOf(report)} in ${formatDuration(durationMs)}`
      : renderError(error, look)
  return [facts, renderVerdicts(verdicts, look), end].filter((block) => block !== '').join('\n\n')
}

function verdictOf({ objects, verdicts }: CopyReport): string {
  const isNew = objects.some(({ status }) => status === 'copied')
  const verified = verdicts.some(({ status }) => status === 'passed' || status === 'warning')
  const done = isNew ? 'copied' : 'was there already,'
  return `${done} ${verified ? 'and verified' : 'but not verified'}`
}
