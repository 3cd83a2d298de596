import { hostname } from 'node:os'
import {
  type Answer,
  connectionOptions,
  type ConnectionOptions,
  secretAddress,
  secretText,
} from '@holdfast/http-delivery'
import { type Message, messageOf } from '@holdfast/message'
import { HoldfastError, type Notification, type NotificationEvent, Secret } from '@holdfast/plugin'
import { z } from 'zod'
import type { Preset } from './preset.ts'

export interface PagerdutyOptions extends ConnectionOptions {
  preset: 'pagerduty'
  routingKey: Secret
  url: Secret
}

/** https://developer.pagerduty.com/docs/send-alert-event: the summary and the source. */
const mostCharacters = 1024

export const pagerdutySchema = z.strictObject({
  preset: z
    .literal('pagerduty')
    .describe('Opens an incident at PagerDuty, and resolves it when backups are well again.'),
  routingKey: secretText().describe('The integration key of a service with the Events API v2. Kept secret.'),
  url: secretAddress()
    .prefault('https://events.pagerduty.com')
    .describe('Where events go; accounts in the EU need https://events.eu.pagerduty.com.'),
  ...connectionOptions,
})

export const pagerdutyPreset: Preset<PagerdutyOptions> = {
  service: 'PagerDuty',
  outgoing({ url, routingKey }, notification) {
    const { path, event } = eventOf(notification)
    return {
      address: new Secret(new URL(path, url.reveal()).href),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ routing_key: routingKey.reveal(), ...event }),
      secrets: [routingKey],
    }
  },
  refusal({ status, text }: Answer) {
    if (status !== 400 || !/routing.?key/i.test(text)) return undefined
    return new HoldfastError('NOTIFY_CREDENTIALS', 'PagerDuty does not know the routing key', {
      hint: 'Copy the integration key of an Events API v2 integration; a key of another kind does not work, nor one of the other region.',
    })
  },
}

interface Event {
  path: string
  event: object
}

/** What becomes of a notification: an alert, the end of one, or, where nobody has to wake up, a line in the time line. */
function eventOf(notification: Notification): Event {
  const { event, at, test } = notification
  const message = messageOf(notification)
  const payload = { summary: message.subject.slice(0, mostCharacters), source: hostname(), timestamp: at }
  const details = { custom_details: detailsOf(message) }
  if (event === 'backup.started' && !test) {
    return { path: '/v2/change/enqueue', event: { payload: { ...payload, ...details } } }
  }
  const path = '/v2/enqueue'
  const dedup_key = dedupKeyOf(notification)
  if (isResolved(notification)) return { path, event: { event_action: 'resolve', dedup_key } }
  return {
    path,
    event: {
      event_action: 'trigger',
      dedup_key,
      client: 'Holdfast',
      payload: {
        ...payload,
        severity: test ? 'info' : severities[event],
        component: message.job,
        class: event,
        ...details,
      },
    },
  }
}

function isResolved({ event, test }: Notification): boolean {
  return !test && (event === 'backup.succeeded' || event === 'backup.recovered')
}

/** One incident for each job, which the next good backup resolves. What a backup can not mend is apart. */
function dedupKeyOf({ job, event, test }: Notification): string {
  if (test) return `holdfast/${job}/test`
  return event.startsWith('backup.') ? `holdfast/${job}` : `holdfast/${job}/${event}`
}

const severities: Readonly<Record<NotificationEvent, 'critical' | 'error' | 'warning' | 'info'>> = {
  'backup.started': 'info',
  'backup.succeeded': 'info',
  'backup.recovered': 'info',
  'backup.suspect': 'error',
  'backup.partial': 'warning',
  'backup.failed': 'critical',
  'verify.failed': 'critical',
  'prune.failed': 'warning',
  'backup.missed': 'critical',
}

function detailsOf({ sentence, problem, facts, warnings, commands }: Message): object {
  return {
    summary: sentence,
    ...(problem !== undefined && { problem }),
    ...Object.fromEntries(facts.map(({ term, text }) => [term, text])),
    ...(warnings.length > 0 && { warnings }),
    ...Object.fromEntries(commands.map(({ purpose, command }) => [purpose, command])),
  }
}
