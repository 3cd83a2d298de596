import { cleanLine } from '@holdfast/message'
import { HoldfastError } from '@holdfast/plugin'
import type { SMTPSentMessageInfo } from 'nodemailer'
import { conceal } from './conceal.ts'
import type { Settings } from './transport.ts'

/** An error where the server has accepted the mail for some recipients only. Not retryable: the others have it. */
export function refusals(
  { rejected, rejectedErrors = [], accepted }: SMTPSentMessageInfo,
  settings: Settings,
): HoldfastError | undefined {
  if (rejected.length === 0) return undefined
  const why = rejectedErrors.map(({ response = '' }) => cleanLine(response, 200))
  const each = rejected.slice(0, 10).map((address, at) => `${address} (${why[at] ?? 'no reason given'})`)
  const more = rejected.length > each.length ? ` and ${rejected.length - each.length} more` : ''
  return new HoldfastError(
    'NOTIFY_PARTLY_REFUSED',
    `${settings.server.host} accepted the mail for ${accepted.length} and refused it for ${conceal(each.join(', '), settings)}${more}`,
    { hint: 'Correct or remove the refused addresses in the options of this notifier.' },
  )
}
