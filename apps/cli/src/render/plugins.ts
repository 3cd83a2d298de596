import type { ListedPlugin } from '../actions/plugins.ts'
import { renderError } from './error.ts'
import type { Look } from './look.ts'
import { renderTable } from './table.ts'

/** The plugins as a table, and below it why one can not be used. */
export function renderPlugins(plugins: readonly ListedPlugin[], look: Look): string {
  const table = renderTable(
    plugins,
    [
      { heading: 'kind', text: ({ kind }) => kind },
      { heading: 'use', text: ({ use }) => use, shrinkTo: 16 },
      {
        heading: 'state',
        text: ({ status }) => status,
        paint: (text, { status }) => look.paint(status === 'ready' ? 'good' : 'bad', text),
      },
      { heading: 'from', text: (plugin) => (plugin.included ? 'holdfast' : 'your project'), drop: 2 },
      { heading: 'jobs', text: ({ jobs }) => jobs.join(', ') || '–', drop: 1, shrinkTo: 8 },
    ],
    look,
  )
  const errors = plugins.flatMap(({ error }) => (error === undefined ? [] : [renderError(error, look)]))
  return [table, ...errors].join('\n\n')
}
