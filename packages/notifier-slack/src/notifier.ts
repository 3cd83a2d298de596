import { resolve } from 'node:path'
import { type Answer, type Endpoint, post } from '@holdfast/http-delivery'
import { messageOf } from '@holdfast/message'
import type { Notifier, PluginContext } from '@holdfast/plugin'
import { IncomingWebhook, type IncomingWebhookSendArguments } from '@slack/webhook'
import { refusedBySlack } from './answers.ts'
import { blocksOf, fallbackOf } from './blocks.ts'
import type { SlackOptions } from './options.ts'

/** What Slack answers to a message without text, once it has found the webhook. */
const emptyMessage: ReadonlySet<string> = new Set([
  'no_text',
  'missing_text_or_fallback_or_attachments',
  'invalid_payload',
])

/** A notifier that posts to one channel of Slack. */
export function slackNotifier(
  { url, mention, caFile, requestTimeoutMs }: SlackOptions,
  { baseDirectory }: Pick<PluginContext, 'baseDirectory'>,
): Notifier {
  const endpoint: Endpoint = {
    service: 'Slack',
    address: url,
    caFile: caFile === undefined ? undefined : resolve(baseDirectory, caFile),
    requestTimeoutMs,
  }
  return {
    async notify(notification, signal) {
      const message = messageOf(notification)
      const answer = await send(
        endpoint,
        {
          text: fallbackOf(message),
          blocks: blocksOf(message, mention),
          unfurl_links: false,
          unfurl_media: false,
        },
        signal,
      )
      if (answer.status !== 200 || answer.text !== 'ok') throw refusedBySlack(answer)
    },
    async check(signal) {
      const answer = await send(endpoint, { text: '' }, signal)
      if (answer.status === 400 && emptyMessage.has(answer.text)) return 'the webhook is there'
      throw refusedBySlack(answer)
    },
  }
}

/**
 * Through Slack's own client, which knows what a webhook is sent; only the request itself is ours, because the client
 * lets nobody cancel one, and hides Retry-After and what came back.
 */
async function send(
  endpoint: Endpoint,
  message: IncomingWebhookSendArguments,
  signal: AbortSignal,
): Promise<Answer> {
  let answer: Answer | undefined
  let failure: unknown
  const webhook = new IncomingWebhook(endpoint.address.reveal(), {
    fetch: async (_url, { headers = {}, body } = {}) => {
      try {
        answer = await post(endpoint, { headers, body: typeof body === 'string' ? body : '' }, signal)
      } catch (error) {
        failure = error
        throw error
      }
      return new Response(answer.text, { status: 200 })
    },
  })
  try {
    await webhook.send(message)
  } catch (error) {
    throw failure ?? error
  }
  if (answer === undefined) throw new TypeError('the client of Slack sent nothing')
  return answer
}
