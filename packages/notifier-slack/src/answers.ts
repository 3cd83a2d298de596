import { type Answer, refusal } from '@holdfast/http-delivery'
import { type ErrorCode, HoldfastError } from '@holdfast/plugin'

/** What Slack answered, where that is not that it accepted the message. */
export function refusedBySlack(answer: Answer): HoldfastError {
  const { text, status } = answer
  const known = Object.hasOwn(words, text) ? words[text] : undefined
  if (known !== undefined) {
    return new HoldfastError(
      known.code,
      `Slack did not accept the message: ${known.what} (${status} ${text})`,
      {
        hint: known.hint,
      },
    )
  }
  // A proxy or a page for logging in answers 200 too, and Slack with more than ok to nothing.
  if (status >= 200 && status < 300) {
    return new HoldfastError(
      'NOTIFY_REFUSED',
      `what answers at the address is not Slack: it said ${status}, but not ok`,
      {
        hint: 'Check the address, and whether a proxy answers in the place of Slack.',
      },
    )
  }
  return refusal('Slack', answer)
}

interface Word {
  code: ErrorCode
  what: string
  hint: string
}

const newWebhook = 'Make a new incoming webhook in Slack and set its address as url.'
const refused = 'NOTIFY_REFUSED'
const gone: Word = {
  code: refused,
  what: 'the webhook is not there any more, or switched off',
  hint: newWebhook,
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, and what it does not list. */
const words: Readonly<Record<string, Word>> = {
  no_service: gone,
  no_service_id: gone,
  no_active_hooks: gone,
  no_team: { code: refused, what: 'the workspace is not there any more', hint: newWebhook },
  team_disabled: { code: refused, what: 'the workspace is switched off', hint: newWebhook },
  invalid_token: {
    code: 'NOTIFY_CREDENTIALS',
    what: 'the address is not that of a webhook',
    hint: newWebhook,
  },
  action_prohibited: {
    code: refused,
    what: 'the workspace does not let this webhook post there',
    hint: 'Ask an administrator of the workspace, or choose another channel.',
  },
  posting_to_general_channel_denied: {
    code: refused,
    what: 'not everybody may post to the general channel',
    hint: 'Choose another channel.',
  },
  channel_not_found: { code: refused, what: 'its channel is not there any more', hint: newWebhook },
  channel_is_archived: {
    code: refused,
    what: 'its channel is archived',
    hint: 'Bring the channel back, or make a webhook for another one.',
  },
  user_not_found: { code: refused, what: 'the member it wrote to is not there any more', hint: newWebhook },
  invalid_payload: {
    code: refused,
    what: 'it can not read it',
    hint: 'This is a defect of Holdfast, or the address is not that of an incoming webhook: report it with the output of --json.',
  },
}
