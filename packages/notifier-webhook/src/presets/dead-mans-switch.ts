import { connectionOptions, secretAddress, type ConnectionOptions } from '@holdfast/http-delivery'
import { cleanText, mailText, messageOf } from '@holdfast/message'
import { HoldfastError, type NotificationEvent, Secret } from '@holdfast/plugin'
import { z } from 'zod'
import type { Preset } from './preset.ts'

export interface SwitchOptions extends ConnectionOptions {
  preset: 'dead-mans-switch'
  url: Secret
  /** What is added to the address for each kind of ping: a path (`/fail`), a query (`?state=fail`), or nothing. */
  pings: Record<Ping, string>
}

type Ping = 'start' | 'success' | 'failure' | 'test'

/** In UTF-8 at most 9 kB: the switches of Healthchecks keep the first 10 kB, wherever they run. */
const mostCharacters = 3000

const addition = z
  .string()
  .regex(/^(?:[/?][\w\-./?=&%]*)?$/, 'must be a path (/fail), a query (?state=fail) or empty')

export const switchSchema = z.strictObject({
  preset: z
    .literal('dead-mans-switch')
    .describe('Pings a switch that raises the alarm itself when no success has come in time.'),
  url: secretAddress().describe(
    'The address of the switch, without /start or /fail at its end. Kept secret.',
  ),
  pings: z
    .strictObject({
      start: addition.default('/start').describe('Added to the address when a backup starts.'),
      success: addition.default('').describe('Added when one has succeeded.'),
      failure: addition.default('/fail').describe('Added when something is wrong.'),
      test: addition
        .default('/log')
        .describe('Added by `holdfast notify test`: a ping that changes nothing.'),
    })
    .prefault({})
    .describe('How the service tells pings apart, where it is not Healthchecks.'),
  ...connectionOptions,
})

export const switchPreset: Preset<SwitchOptions> = {
  service: "the dead man's switch",
  outgoing({ url, pings }, notification) {
    const ping = notification.test ? 'test' : pingOf[notification.event]
    return {
      address: pingAddress(url, pings[ping]),
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: cleanText(mailText(messageOf(notification)), mostCharacters),
      secrets: [url],
    }
  },
  // Healthchecks says with status 200 that it did nothing: https://healthchecks.io/docs/http_api
  refusal({ status, text }) {
    if (status === 200 && text === 'OK (not found)') {
      return new HoldfastError('NOTIFY_REFUSED', "the dead man's switch knows no check at this address", {
        hint: 'Copy the ping address of the check again; it may have been removed.',
      })
    }
    if (status === 200 && text === 'OK (rate limited)') {
      return new HoldfastError('NOTIFY_RATE_LIMITED', "the dead man's switch takes no more pings for now", {
        retryable: true,
      })
    }
    return undefined
  },
}

const pingOf: Readonly<Record<NotificationEvent, Ping>> = {
  'backup.started': 'start',
  'backup.succeeded': 'success',
  'backup.recovered': 'success',
  'backup.suspect': 'failure',
  'backup.partial': 'failure',
  'backup.failed': 'failure',
  'verify.failed': 'failure',
  'prune.failed': 'failure',
  'backup.missed': 'failure',
}

/** The address with the path and the query of a ping; what its own query says besides stays. */
function pingAddress(url: Secret, added: string): Secret {
  const address = new URL(url.reveal())
  const [path = '', query = ''] = added.split('?')
  address.pathname = address.pathname.replace(/\/$/, '') + path
  for (const [name, value] of new URLSearchParams(query)) address.searchParams.set(name, value)
  return new Secret(address.href)
}
