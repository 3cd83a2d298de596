import type { Notification } from '@holdfast/plugin'
import { cleanLine } from './clean.ts'
import { lateBeginning } from './late.ts'
import { stateOf } from './state.ts'

/** More of an error than this is not looked for in a summary, which may have been cut. */
const tellingCharacters = 30

/** What happened, in a sentence of its own: without the job, which stands above it, and the error, which stands below. */
export function sentenceOf(notification: Notification): string {
  const { summary, error, job } = notification
  const told = error === undefined ? '' : cleanLine(error.message, 1000)
  const sentence = withoutError(withoutJob(cleanLine(summary, 400), cleanLine(job, 400)), told)
  return asSentence(sentence === '' ? stateOf(notification).state : sentence)
}

function withoutJob(sentence: string, job: string): string {
  const late = lateBeginning({ summary: sentence })
  const rest = sentence.slice(late.length)
  return rest.startsWith(`${job}: `) ? `${late}${rest.slice(job.length + 2)}` : sentence
}

function withoutError(sentence: string, message: string): string {
  if (message === '') return sentence
  const at = sentence.indexOf(message.slice(0, tellingCharacters))
  if (at === -1) return sentence
  const rest = sentence.slice(at).replace(/…$/, '')
  return message.startsWith(rest) ? sentence.slice(0, at).replace(/[:\s]+$/, '') : sentence
}

/** With a full stop, and a capital unless it begins with a name. */
function asSentence(text: string): string {
  const capital = text.replace(/^[a-z](?=[a-z]*[\s,;:.]|[a-z]*$)/, (letter) => letter.toUpperCase())
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`
}
