import type { Report } from '@holdfast/plugin'
import { checklist, type ChecklistItem } from './checklist.ts'
import { definition, shownLocation } from './definition.ts'
import { renderError, renderWarning } from './error.ts'
import { marked, type Look } from './look.ts'
import { renderTold } from './told.ts'
import { cleanLine, cut, pad, widthOf } from './text.ts'
import { formatBytes, formatCount, formatDuration } from './units.ts'

/**
 * The end of a run for people: what was made, the checklist, how to restore it, and how it went, last.
 *
 * @param brief only what is not as it should be, and how it went
 */
export function renderSummary(report: Report, look: Look, { brief }: { brief: boolean }): string {
  const blocks = [
    ...(brief || report.backup === undefined
      ? []
      : [facts(report, look), renderChecklist(checklist(report), look), whatNext(report)]),
    brief ? '' : renderTold(report.notifications, look),
    report.warnings.map((warning) => renderWarning(warning, look)).join('\n'),
    report.error === undefined || report.status === 'cancelled' ? '' : renderError(report.error, look),
    verdictLine(report, look),
  ]
  return blocks.filter((block) => block !== '').join(brief ? '\n' : '\n\n')
}

/** The last line for several jobs. */
export function renderTotals(reports: readonly Report[], look: Look): string {
  const byStatus = Map.groupBy(reports, ({ status }) => status)
  const counts = [...byStatus].map(([status, those]) => `${those.length} ${status}`)
  const mark =
    byStatus.size === 1 && byStatus.has('succeeded') ? 'good' : byStatus.has('failed') ? 'bad' : 'warning'
  return `${marked(mark, look)} ${reports.length} jobs: ${counts.join(', ')}`
}

function facts({ backup, storages }: Report, look: Look): string {
  if (backup === undefined) return ''
  const holds = [
    formatCount(backup.tables, 'table'),
    ...(backup.rows === undefined ? [] : [formatCount(backup.rows, 'row')]),
    `${formatBytes(backup.rawBytes)} of ${backup.kind === 'full' ? 'data' : backup.kind}`,
  ].join(', ')
  const stored = storages.map(({ name, status, location, bytes, error }) =>
    status === 'stored'
      ? `${formatBytes(bytes)} in ${name}: ${shownLocation(location, look)}`
      : `${name} ${status}${error === undefined ? '' : `: ${error.message}`}`,
  )
  const lines: [string, string][] = [
    ['backup', `${backup.name} (id ${backup.id})`],
    ['holds', holds],
    ...stored.map((text, index): [string, string] => [index === 0 ? 'stored' : '', text]),
  ]
  return lines.map(([term, text]) => definition(term, text, look)).join('\n')
}

function renderChecklist(items: readonly ChecklistItem[], look: Look): string {
  const width = Math.max(...items.map(({ what }) => widthOf(what)))
  return items
    .map(({ mark, what, detail }) => {
      const shown = cut(cleanLine(detail), look.columns - width - 6)
      return `  ${marked(mark, look)} ${pad(what, width)}  ${look.paint('dim', shown)}`
    })
    .join('\n')
}

function whatNext({ status, restoreCommand }: Report): string {
  if (restoreCommand === undefined) return ''
  const restore = `  To restore it:\n    ${restoreCommand}`
  if (status !== 'suspect') return restore
  // The same backup, found in the same way.
  const accept = restoreCommand.replace(' restore ', ' accept ').replace(/ --to .*$/, '')
  return `${restore}\n  To accept it, if the change is expected:\n    ${accept}`
}

function verdictLine(report: Report, look: Look): string {
  const { job, status, durationMs, dryRun, storages, verdicts } = report
  const took = formatDuration(durationMs)
  switch (status) {
    case 'succeeded': {
      if (dryRun) return `${marked('good', look)} ${job}: a backup would work; nothing was dumped (${took})`
      const verified = verdicts.some(({ status: one }) => one === 'passed' || one === 'warning')
      return `${marked('good', look)} ${job}: backed up ${verified ? `and verified in ${took}` : `in ${took}, not verified`}`
    }
    case 'partial': {
      const failed = storages.filter((storage) => storage.status === 'failed').map(({ name }) => name)
      return `${marked('warning', look)} ${job}: backed up in ${took}, but not in ${failed.join(', ')}`
    }
    case 'suspect':
      return `${marked('warning', look)} ${job}: backed up in ${took}, but the backup is suspect; nothing older is deleted`
    case 'cancelled': {
      const left =
        report.backup === undefined ? 'nothing of it was kept' : 'the backup is stored, but not verified'
      return `${marked('bad', look)} ${job}: cancelled after ${took}; ${left}`
    }
    case 'failed':
      return report.backup === undefined
        ? `${marked('bad', look)} ${job}: no backup was made (${took})`
        : `${marked('bad', look)} ${job}: the backup was stored, but it is not good (${took})`
  }
}
