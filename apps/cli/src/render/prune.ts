import type { PlannedAction, PrunePlan } from '@holdfast/core'
import type { ReportedRetention } from '@holdfast/plugin'
import { renderError, renderWarning } from './error.ts'
import { marked, type Look, type Tone } from './look.ts'
import { renderTable } from './table.ts'
import { formatCount, formatTime } from './units.ts'

const tones: Record<PlannedAction['action'], Tone> = { keep: 'good', delete: 'bad', skip: 'warning' }

/** What would happen to every backup of a job in a storage, and why. */
export function renderPlan(job: string, { storage, plan }: PrunePlan, look: Look): string {
  const heading = look.paint('strong', `${job} in ${storage.name}`)
  if (plan.actions.length === 0) return `${heading}\nThere is no backup here yet.`
  const table = renderTable(
    plan.actions,
    [
      { heading: 'id', text: ({ backup }) => backup.id, drop: 2 },
      { heading: 'started', text: ({ backup }) => formatTime(backup.startedAt) },
      { heading: 'label', text: ({ backup }) => backup.label ?? '', drop: 1 },
      {
        heading: 'action',
        text: ({ action }) => action,
        paint: (text, { action }) => look.paint(tones[action], text),
      },
      // The reason of all is said once, below.
      { heading: 'reason', text: ({ reason }) => (reason === plan.frozen ? 'frozen' : reason), shrinkTo: 20 },
    ],
    look,
  )
  const deleted = plan.actions.filter(({ action }) => action === 'delete').length
  const kept = plan.actions.length - deleted
  const frozen = plan.frozen === undefined ? [] : [renderWarning(plan.frozen, look)]
  return [heading, table, ...frozen, `${formatCount(deleted, 'backup')} would be deleted, ${kept} kept`].join(
    '\n',
  )
}

/** What was deleted. */
export function renderPruned(job: string, result: ReportedRetention, look: Look): string {
  const { storage, deleted, kept, orphans, frozen, errors } = result
  const rest = orphans === 0 ? '' : `, ${formatCount(orphans, 'leftover')} removed`
  const mark = errors.length > 0 ? 'bad' : frozen === undefined ? 'good' : 'warning'
  return [
    ...errors.map((error) => renderError(error, look)),
    `${marked(mark, look)} ${job} in ${storage}: ${deleted.length} deleted, ${kept} kept${rest}`,
    ...(frozen === undefined ? [] : [`  ${frozen}`]),
  ].join('\n')
}
