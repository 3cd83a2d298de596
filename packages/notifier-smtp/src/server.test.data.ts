import type { Notifier } from '@holdfast/plugin'
import smtp from './index.ts'

export const never: AbortSignal = new AbortController().signal

/** A notifier with options as a configuration has them, on top of a sender and a recipient. */
export function notifierWith(options: Record<string, unknown>): Notifier {
  return smtp.create(
    smtp.parseOptions({ from: 'backups@example.com', to: 'devops@example.com', ...options }),
    {
      name: 'mail',
      job: 'shop',
      baseDirectory: '/nowhere',
    },
  )
}
