import type { TestedNotifier } from '../actions/notify-test.ts'
import { renderError } from './error.ts'
import { marked, type Look } from './look.ts'
import { renderTable } from './table.ts'
import { formatCount, formatDuration } from './units.ts'

/** What each notifier answered, why one could not send, and whether all could. */
export function renderTests(tested: readonly TestedNotifier[], look: Look): string {
  if (tested.length === 0) return 'No notifier is configured.'
  const table = renderTable(
    tested,
    [
      { heading: 'job', text: ({ job }) => job, shrinkTo: 8 },
      { heading: 'notifier', text: ({ notifier }) => notifier, shrinkTo: 8 },
      { heading: 'use', text: ({ plugin }) => plugin, drop: 1 },
      {
        heading: 'answer',
        text: ({ status, error }) => (status === 'delivered' ? 'accepted' : (error?.code ?? status)),
        paint: (text, { status }) => look.paint(status === 'delivered' ? 'good' : 'bad', text),
      },
      { heading: 'tries', text: ({ attempts }) => String(attempts), align: 'right', drop: 3 },
      { heading: 'took', text: ({ durationMs }) => formatDuration(durationMs), align: 'right', drop: 2 },
    ],
    look,
  )
  const errors = tested.flatMap(({ error }) => (error === undefined ? [] : [renderError(error, look)]))
  const last =
    errors.length > 0
      ? `${marked('bad', look)} ${formatCount(errors.length, 'notifier')} could not tell anybody`
      : `${marked('good', look)} every message was accepted; see whether it has arrived`
  return [table, ...errors, last].join('\n\n')
}
