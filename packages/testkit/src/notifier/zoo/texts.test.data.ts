import { HoldfastError } from '@holdfast/plugin'
import { badlyWritten, faulty, mail, type Animal } from './animal.test.data.ts'
import { cleanLine, escape, linesOf, writeMail } from './honest.test.data.ts'

/** Faults of how texts from outside are written. */
export const ofTexts: readonly Animal[] = [
  faulty('a long error', 'refuses what is too long for it', (honest) => ({
    notify: async (notification, signal) => {
      if (JSON.stringify(notification).length > 100_000) throw new HoldfastError('NOTIFY_REFUSED', 'too long')
      await honest.notify(notification, signal)
    },
  })),
  badlyWritten('a hostile text', 'puts line breaks into its subject', (notification) => ({
    ...writeMail(notification),
    headers: [['Subject', `${notification.job}: ${notification.event}`]],
  })),
  badlyWritten('a hostile text', 'lets texts become headers', (notification) => {
    const message = writeMail(notification)
    const added = [...notification.job.matchAll(/^([\w-]+): (.*)$/gm)].map(
      ([, name = '', value = '']) => [name, cleanLine(value)] as const,
    )
    return { ...message, headers: [...(message.headers ?? []), ...added] }
  }),
  badlyWritten('a hostile text', 'lets texts become recipients', (notification) => {
    const message = writeMail(notification)
    const added = [...notification.job.matchAll(/^Bcc: (\S+)/gm)].map(([, address = '']) => address)
    return { ...message, recipients: [...(message.recipients ?? []), ...added] }
  }),
  badlyWritten(
    'a hostile text',
    'does not escape its HTML',
    mail((_, notification) => ({
      parts: [
        {
          form: 'html',
          content: linesOf(notification)
            .map((line) => `<p>${line}</p>`)
            .join(''),
        },
      ],
    })),
  ),
  badlyWritten('a hostile text', 'lets texts mention everybody', (notification) => ({
    parts: [{ form: 'mrkdwn', content: linesOf(notification).join('\n') }],
  })),
  badlyWritten('a hostile text', 'passes control characters on', ({ job, event, summary }) => ({
    parts: [{ form: 'mrkdwn', content: escape(`${job}: ${event}\n${summary}`) }],
  })),
  badlyWritten('a hostile text', 'makes its JSON by hand', ({ job, event, summary }) => ({
    parts: [{ form: 'json', content: `{"text": "${job}: ${event}: ${summary}"}` }],
  })),
  badlyWritten('any script', 'knows only ASCII', (notification) => {
    const lines = linesOf(notification).map((line) => line.replaceAll(/[^ -~]/g, '?'))
    return { parts: [{ form: 'text', content: lines.join('\n') }] }
  }),
]
