import type { Notification, ReportedError } from '@holdfast/plugin'
import { cleanLine, cleanText } from './clean.ts'
import { factsOf } from './facts.ts'
import type { Command, Message, Problem } from './message.ts'
import { sectionsOf } from './sections.ts'
import { sentenceOf } from './sentence.ts'
import { sizeHistoryOf } from './sizes.ts'
import { stateOf, subjectOf } from './state.ts'
import { formatUtc } from './units.ts'

const mostWarnings = 10

/** What a notification says to people. */
export function messageOf(notification: Notification): Message {
  const { event, id, job, at, test, error, report } = notification
  const sizes = sizeHistoryOf(notification)
  return {
    subject: subjectOf(notification),
    job: cleanLine(job, 80),
    ...stateOf(notification),
    test,
    sentence: sentenceOf(notification),
    ...(error !== undefined && { problem: problemOf(error) }),
    facts: factsOf(notification),
    sections: report === undefined ? [] : sectionsOf(report),
    ...(sizes !== undefined && { sizes }),
    warnings: warningsOf(report?.warnings ?? []),
    commands: commandsOf(notification),
    at: formatUtc(at),
    reference: { event, id: cleanLine(id, 120) },
  }
}

function problemOf({ code, message, hint, stage, plugin }: ReportedError): Problem {
  const where = [stage === undefined ? undefined : `stage ${stage}`, plugin].filter(
    (part) => part !== undefined,
  )
  return {
    ...(where.length > 0 && { where: cleanLine(where.join(', '), 120) }),
    message: cleanText(message),
    ...(hint !== undefined && { hint: cleanText(hint, 1000) }),
    code: cleanLine(code, 80),
  }
}

function warningsOf(warnings: readonly string[]): string[] {
  const shown = warnings.slice(0, mostWarnings).map((warning) => cleanLine(warning, 500))
  const rest = warnings.length - shown.length
  return rest > 0 ? [...shown, `And ${rest} more.`] : shown
}

function commandsOf({ commands, report, history }: Notification): Command[] {
  const { look, restore } = commands
  const isOf = (id: string | undefined): boolean => id !== undefined && restore?.includes(id) === true
  const which = isOf(report?.backup?.id)
    ? ' this backup'
    : isOf(history.lastVerified?.id)
      ? ' the last verified backup'
      : ''
  return [
    { purpose: 'To look further', command: cleanLine(look, 1000) },
    ...(restore === undefined ? [] : [{ purpose: `To restore${which}`, command: cleanLine(restore, 1000) }]),
  ]
}
