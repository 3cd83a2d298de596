import { HoldfastError } from '@holdfast/plugin'
import { faulty, type Animal } from './animal.test.data.ts'
import { errorFor, token } from './honest.test.data.ts'

const unavailable = new HoldfastError('NOTIFY_UNAVAILABLE', 'not now', { retryable: true })

/** Faults of what is told when a service refuses or fails. */
export const whenFailing: readonly Animal[] = [
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
