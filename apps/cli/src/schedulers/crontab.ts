import { crontabFields } from '@holdfast/schedule'
import { shellQuote } from '../shell-quote.ts'
import { usageError } from '../usage.ts'
import { titleOf, type Rendered, type ScheduledCommand } from './command.ts'

/** Lines for the crontab of the user who owns the backups. */
export function renderCrontab(commands: readonly ScheduledCommand[]): Rendered {
  const zones = [...new Set(commands.map(({ schedule }) => schedule.expression.timeZone))]
  const warnings = [
    `cron starts these in the time zone of its machine, which has to be ${zones.join(' and ')}`,
    'what was missed while the machine was down is not made up',
  ]
  const text = Map.groupBy(commands, ({ schedule }) => schedule.expression.timeZone)
  const parts = [...text].map(([zone, own]) => [
    `# The machine's time zone has to be ${zone}.`,
    ...own.map(lineOf),
  ])
  return { text: `${['# Holdfast', ...parts.flat()].join('\n')}\n`, warnings }
}

function lineOf(command: ScheduledCommand): string {
  const { expression, offsetMs } = command.schedule
  const fields = crontabFields(expression)
  if (fields === undefined) {
    throw usageError(
      `${titleOf(command)}: cron can not say ${expression.text}`,
      'It knows minutes and no seconds, and neither L, W nor #.',
    )
  }
  const wait = offsetMs === 0 ? '' : `sleep ${offsetMs / 1000}; `
  const words = ['holdfast', ...command.arguments].map(shellQuote).join(' ')
  // In a crontab a percent sign ends the command.
  return `${fields} ${wait}${words.replaceAll('%', String.raw`\%`)}`
}
