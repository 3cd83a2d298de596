import type { RestoreReport } from '@holdfast/core'
import { withCommas } from '@holdfast/plugin'
import { renderError } from './error.ts'
import { marked, type Look } from './look.ts'
import { renderTable } from './table.ts'
import { formatCount, formatDuration } from './units.ts'

/** The end of a restore for people; tables are listed only where their rows differ. */
export function renderRestore(report: RestoreReport, look: Look): string {
  const { backup, target, durationMs, tables, rows, dryRun, error } = report
  const took = formatDuration(durationMs)
  if (dryRun) {
    return `${marked('good', look)} ${backup.name} is whole and could be restored; ${target} was not touched (${took})`
  }
  if (error !== undefined) {
    const different = tables.filter((table) => table.actual !== table.expected)
    const rowsOf = (count: number | undefined) => (count === undefined ? 'missing' : withCommas(count))
    const table = renderTable(
      different,
      [
        { heading: 'table', text: (one) => one.table, shrinkTo: 12 },
        { heading: 'in the backup', align: 'right', text: (one) => rowsOf(one.expected) },
        { heading: 'restored', align: 'right', text: (one) => rowsOf(one.actual) },
      ],
      look,
    )
    return `${table}\n\n${renderError(error, look)}`
  }
  const counted =
    tables.length === 0
      ? 'rows were not compared'
      : `${formatCount(tables.length, 'table')}, ${formatCount(rows, 'row')}, all as in the source`
  return [
    `  ${look.paint('dim', 'backup  ')}${backup.name} (id ${backup.id})`,
    `  ${look.paint('dim', 'into    ')}${target}`,
    `  ${look.paint('dim', 'rows    ')}${counted}`,
    '',
    `${marked('good', look)} ${backup.job}: restored in ${took}`,
  ].join('\n')
}
