import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError, type Notification } from '@holdfast/plugin'
import type { AcceptedMessage } from '../case.ts'
import { animal, badlyWritten, faulty, type Animal } from './animal.test.data.ts'
import {
  cleanLine,
  errorFor,
  escape,
  linesOf,
  request,
  token,
  writeChat,
  writeJson,
  writeMail,
} from './honest.test.data.ts'

const never = new AbortController().signal
const unavailable = new HoldfastError('NOTIFY_UNAVAILABLE', 'not now', { retryable: true })

/** Changes the one thing that mail is written with. */
function mail(
  change: (message: AcceptedMessage, notification: Notification) => Partial<AcceptedMessage>,
): (notification: Notification) => AcceptedMessage {
  return (notification) => {
    const message = writeMail(notification)
    return { ...message, ...change(message, notification) }
  }
}

/** Tells errors on in another form. */
function classified(change: (error: HoldfastError) => unknown): Parameters<typeof faulty>[2] {
  const changed = (error: unknown): never => {
    throw error instanceof HoldfastError ? change(error) : error
  }
  return (honest) => ({
    notify: (notification, signal) => honest.notify(notification, signal).catch(changed),
  })
}

function as(
  error: HoldfastError,
  changes: { code?: string; retryable?: boolean; message?: string },
): HoldfastError {
  return new HoldfastError(changes.code ?? error.code, changes.message ?? error.message, {
    retryable: changes.retryable ?? error.retryable,
    retryAfterMs: error.retryAfterMs,
  })
}

const whenTelling: readonly Animal[] = [
  faulty('accepted', 'does not wait for the answer', (honest) => ({
    notify: async (notification, signal) => void honest.notify(notification, signal).catch(() => {}),
  })),
  faulty('accepted', 'says everything twice', (honest) => ({
    notify: async (notification, signal) => {
      await honest.notify(notification, signal)
      await honest.notify(notification, signal)
    },
  })),
  faulty('every event', 'knows nothing of missed backups', (honest) => ({
    notify: async (notification, signal) => {
      if (notification.event !== 'backup.missed') await honest.notify(notification, signal)
    },
  })),
  badlyWritten(
    'what went wrong',
    'leaves the hint out',
    mail((_, { job, error }) => ({ parts: [{ form: 'text', content: `${job}: ${error?.message}` }] })),
  ),
  faulty('little is known', 'takes the report for granted', (honest) => ({
    notify: async (notification, signal) => {
      if (!['backup.failed', 'backup.succeeded'].includes(notification.event))
        return honest.notify(notification, signal)
      await honest.notify({ ...notification, summary: notification.report!.status }, signal)
    },
  })),
  badlyWritten('a test', 'does not say that it is a test', (notification) =>
    writeMail({ ...notification, test: false }),
  ),
]

const ofTexts: readonly Animal[] = [
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

const whenFailing: readonly Animal[] = [
  faulty('mode refuse', 'swallows errors', (honest) => ({
    notify: (notification, signal) => honest.notify(notification, signal).catch(() => {}),
  })),
  faulty(
    'mode refuse',
    'calls everything worth another try',
    classified((error) => as(error, { retryable: true })),
  ),
  faulty(
    'mode credentials',
    'does not tell a refused token from a refused message',
    classified((error) =>
      error.code === 'NOTIFY_CREDENTIALS' ? as(error, { code: 'NOTIFY_REFUSED' }) : error,
    ),
  ),
  faulty(
    'mode unavailable',
    'calls nothing worth another try',
    classified((error) => as(error, { retryable: false })),
  ),
  faulty('mode drop', 'passes the errors of its library on', (honest, { url, write }) => ({
    notify: async (notification, signal) => {
      const answer = await fetch(url, { method: 'POST', body: JSON.stringify(write(notification)), signal })
      if (!answer.ok) throw errorFor(answer)
    },
  })),
  faulty(
    'mode rate-limit',
    'does not say how long to wait',
    classified(({ code, message, retryable }) => new HoldfastError(code, message, { retryable })),
  ),
  faulty(
    'nothing listens',
    'takes a service that is not there for a refusal',
    classified((error) =>
      error.message === 'the service does not answer' ? as(error, { code: 'NOTIFY_REFUSED' }) : error,
    ),
  ),
  faulty('one try', 'tries again by itself', (honest) => ({
    notify: async (notification, signal) => {
      await honest.notify(notification, signal).catch(() => honest.notify(notification, signal))
    },
  })),
  faulty('well again', 'gives up for ever once it has failed', (honest) => {
    let hasFailed = false
    return {
      notify: async (notification, signal) => {
        if (hasFailed) throw unavailable
        await honest.notify(notification, signal).catch((error: unknown) => {
          hasFailed = true
          throw error
        })
      },
    }
  }),
  faulty(
    'no secret',
    'shows its token in errors',
    classified((error) => as(error, { message: `${error.message}, asked with ${token}` })),
  ),
  faulty(
    'no secret',
    'hides its token in the cause of its errors',
    classified(
      (error) =>
        new HoldfastError(error.code, error.message, {
          retryable: error.retryable,
          retryAfterMs: error.retryAfterMs,
          cause: { request: { headers: { authorization: Buffer.from(`bot:${token}`).toString('base64') } } },
        }),
    ),
  ),
]

const whenEnding: readonly Animal[] = [
  faulty('timed out', 'does not listen to its signal', (honest) => ({
    notify: (notification) => honest.notify(notification, never),
  })),
  faulty('timed out', 'takes a time that is over for a success', (honest) => ({
    notify: (notification, signal) =>
      honest.notify(notification, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      }),
  })),
  faulty('cancelled', 'lets its connection hang when it is cancelled', (honest) => ({
    notify: (notification, signal) => {
      const { promise, reject } = Promise.withResolvers<never>()
      signal.addEventListener('abort', () => reject(unavailable))
      if (signal.aborted) reject(unavailable)
      const hanging = honest.notify(notification, never)
      hanging.catch(() => {})
      return Promise.race([hanging, promise])
    },
  })),
  faulty('cancelled before', 'looks at its signal when it is too late', (honest) => ({
    notify: async (notification, signal) => {
      await honest.notify(notification, never)
      signal.throwIfAborted()
    },
  })),
]

const atOnce: readonly Animal[] = [
  faulty('several at once', 'drops messages while it is busy', (honest) => {
    let isBusy = false
    return {
      notify: async (notification, signal) => {
        if (isBusy) return
        isBusy = true
        await honest.notify(notification, signal).finally(() => (isBusy = false))
      },
    }
  }),
  faulty('several at once', 'keeps its message where all calls share it', (_, { url, write }) => {
    let message: AcceptedMessage
    return {
      notify: async (notification, signal) => {
        message = write(notification)
        await sleep(10)
        await request(url, { signal, body: message })
      },
    }
  }),
  faulty('one of them cancelled', 'cancels all with one', (honest) => {
    const all = new AbortController()
    return {
      notify: (notification, signal) => {
        signal.addEventListener('abort', () => all.abort())
        return honest.notify(notification, AbortSignal.any([signal, all.signal]))
      },
    }
  }),
]

const whenChecking: readonly Animal[] = [
  faulty('check', 'sends a message to see whether it can', (honest, { url, write }) => ({
    check: async (signal) => {
      const body = write({
        job: 'x',
        event: 'backup.started',
        summary: '',
        commands: { look: '' },
      } as Notification)
      await request(url, { signal, body })
      return 'it arrived'
    },
  })),
  faulty('check', 'shows its token in what check says', () => ({
    check: () => Promise.resolve(`ready to send with ${token}`),
  })),
  faulty('check of what does not work', 'finds everything in order without a look', () => ({
    check: () => Promise.resolve('all is well'),
  })),
  faulty('cancelled check', 'does not listen to the signal of a check', (honest) => ({
    check: () => honest.check?.(never) ?? Promise.resolve(''),
  })),
]

/** Every fault that the suite has to find. */
export const faultyOnes: readonly Animal[] = [
  ...whenTelling,
  ...ofTexts,
  ...whenFailing,
  ...whenEnding,
  ...atOnce,
  ...whenChecking,
]

/** Notifiers without a fault, each of its own kind. */
export const honestOnes: readonly Animal[] = [
  animal('writes mail', {}),
  animal('writes to a chat', { write: writeChat }),
  animal('writes to programs', { write: writeJson }),
  animal('has no check', { change: () => ({ check: undefined }) as never }),
  animal('only pings', {
    write: () => ({ parts: [{ form: 'text', content: 'ping' }] }),
    capabilities: { words: false },
  }),
]
