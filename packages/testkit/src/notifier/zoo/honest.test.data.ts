import { HoldfastError, type Notification, type Notifier } from '@holdfast/plugin'
import type { AcceptedMessage } from '../case.ts'

/** What stands for a password in every notifier of the zoo. */
export const token = 'xoxb-2147-correct-horse'

/** Where a notifier of the zoo sends its messages, and how it makes them. */
export interface Build {
  url: string
  write: (notification: Notification) => AcceptedMessage
}

const mostCharacters = 3000

/** A message as mail has it: a subject, a text and HTML. */
export function writeMail(notification: Notification): AcceptedMessage {
  const { job, event, test } = notification
  const lines = linesOf(notification)
  return {
    recipients: ['operators@example.com'],
    headers: [['Subject', `${test ? 'TEST ' : ''}${cleanLine(job)}: ${event}`]],
    parts: [
      { form: 'text', content: lines.join('\n') },
      { form: 'html', content: lines.map((line) => `<p>${escape(line)}</p>`).join('\n') },
    ],
  }
}

/** A message as a chat has it. */
export function writeChat(notification: Notification): AcceptedMessage {
  return { parts: [{ form: 'mrkdwn', content: linesOf(notification).map(escape).join('\n') }] }
}

/** A message for programs: everything. */
export function writeJson(notification: Notification): AcceptedMessage {
  return { parts: [{ form: 'json', content: JSON.stringify(notification) }] }
}

export function linesOf({ job, event, test, summary, error, commands }: Notification): string[] {
  const lines = [
    `${test ? 'TEST ' : ''}${job}: ${event}`,
    summary,
    error?.message ?? '',
    error?.hint ?? '',
    commands.look,
  ]
  return lines.map((line) => cleanLine(line).slice(0, mostCharacters))
}

export function cleanLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').toWellFormed()
}

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Posts messages, and does everything that a notifier has to. */
export function honestNotifier({ url, write }: Build): Notifier {
  return {
    notify: (notification, signal) => request(url, { signal, body: write(notification) }),
    check: async (signal) => {
      await request(url, { signal })
      return 'the service would take a message'
    },
  }
}

export async function request(
  url: string,
  { signal, body }: { signal: AbortSignal; body?: AcceptedMessage },
): Promise<void> {
  let answer: Response
  try {
    answer = await fetch(url, {
      signal,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    })
  } catch (cause) {
    throw new HoldfastError('NOTIFY_UNAVAILABLE', 'the service does not answer', { retryable: true, cause })
  }
  await answer.arrayBuffer()
  if (!answer.ok) throw errorFor(answer)
}

export function errorFor({ status, headers }: Response): HoldfastError {
  if (status === 429) {
    const seconds = Number(headers.get('retry-after'))
    return new HoldfastError('NOTIFY_RATE_LIMITED', 'too many messages', {
      retryable: true,
      retryAfterMs: seconds * 1000,
    })
  }
  if (status === 401) return new HoldfastError('NOTIFY_CREDENTIALS', 'the token was refused')
  if (status >= 500) {
    return new HoldfastError('NOTIFY_UNAVAILABLE', `the service answered ${status}`, { retryable: true })
  }
  return new HoldfastError('NOTIFY_REFUSED', `the service answered ${status}`)
}
