import { resolve } from 'node:path'
import { mailOf } from '@holdfast/message'
import type { Notifier, PluginContext } from '@holdfast/plugin'
import type { SMTPSentMessageInfo, Transporter } from 'nodemailer'
import { asNotifyError } from './errors.ts'
import type { SmtpOptions } from './options.ts'
import { refusals } from './refusals.ts'
import { serverOf } from './server.ts'
import { type Settings, withTransport } from './transport.ts'

/** Sends mail through the server of the options: one connection for each message. */
export function smtpNotifier(options: SmtpOptions, { baseDirectory }: PluginContext): Notifier {
  const { from, to, cc, bcc, replyTo, caFile } = options
  const settings: Settings = {
    ...options,
    server: serverOf(options),
    ...(caFile !== undefined && { caFile: resolve(baseDirectory, caFile) }),
  }
  const addresses = { from, to, cc, bcc, ...(replyTo !== undefined && { replyTo }) }

  async function connected<T>(
    signal: AbortSignal,
    work: (transport: Transporter<SMTPSentMessageInfo>) => Promise<T>,
  ): Promise<T> {
    try {
      return await withTransport(settings, signal, work)
    } catch (error) {
      throw asNotifyError(error, settings, signal)
    }
  }

  return {
    notify: async (notification, signal) => {
      const mail = { ...mailOf(notification, from), ...addresses }
      const sent = await connected(signal, (transport) => transport.sendMail(mail))
      const refused = refusals(sent, settings)
      if (refused !== undefined) throw refused
    },
    check: async (signal) => {
      await connected(signal, (transport) => transport.verify())
      const { host, port, user = options.oauth2?.user } = settings.server
      return `${host}:${port} answers${user === undefined ? '' : `, and lets ${user} in`}`
    },
  }
}
