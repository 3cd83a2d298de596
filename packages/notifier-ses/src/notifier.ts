import type { GetAccountCommandOutput } from '@aws-sdk/client-sesv2'
import { mailOf } from '@holdfast/message'
import { HoldfastError, type Notification, type Notifier } from '@holdfast/plugin'
import { type Session, withClient } from './client.ts'
import { asNotifyError } from './errors.ts'
import type { SesOptions } from './options.ts'

/** Sends mail through Amazon SES. */
export function sesNotifier(options: SesOptions): Notifier {
  async function asked<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await withClient(options, signal, work)
    } catch (error) {
      throw asNotifyError(error, options, signal)
    }
  }

  return {
    notify: (notification, signal) =>
      asked(signal, (session) => send(notification, options, session, signal)),
    check: (signal) =>
      asked(signal, async ({ client, sdk }) => {
        const region = await client.config.region()
        try {
          const account = await client.send(new sdk.GetAccountCommand({}), { abortSignal: signal })
          return describeAccount(account, region)
        } catch (error) {
          if (!isDenied(error)) throw error
          return `SES in ${region} knows the credentials; without ses:GetAccount it says no more`
        }
      }),
  }
}

async function send(
  notification: Notification,
  options: SesOptions,
  { client, sdk }: Session,
  signal: AbortSignal,
): Promise<void> {
  const { from, to, cc, bcc, replyTo, configurationSet, identityArn } = options
  const { createTransport } = await import('nodemailer')
  const sesClient = {
    config: { region: () => client.config.region() },
    send: (command: unknown) =>
      client.send(command as InstanceType<typeof sdk.SendEmailCommand>, { abortSignal: signal }),
  }
  const transport = createTransport({
    SES: { sesClient, SendEmailCommand: sdk.SendEmailCommand },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  await transport.sendMail({
    ...mailOf(notification, from),
    from,
    to,
    cc,
    bcc,
    ...(replyTo !== undefined && { replyTo }),
    ses: {
      ...(configurationSet !== undefined && { ConfigurationSetName: configurationSet }),
      ...(identityArn !== undefined && { FromEmailAddressIdentityArn: identityArn }),
    },
  })
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && /^AccessDenied(?:Exception)?$/.test(error.name)
}

function describeAccount(
  { SendingEnabled, ProductionAccessEnabled, SendQuota }: GetAccountCommandOutput,
  region: string,
): string {
  if (SendingEnabled === false) {
    throw new HoldfastError(
      'NOTIFY_REFUSED',
      `sending is switched off for this account of SES in ${region}`,
      {
        hint: 'The SES console says why, and what to do.',
      },
    )
  }
  const { SentLast24Hours: sent, Max24HourSend: most } = SendQuota ?? {}
  const quota = sent === undefined || most === undefined ? '' : `, ${sent} of ${most} mails sent in 24 hours`
  const sandbox =
    ProductionAccessEnabled === false ? '; in the sandbox: only verified addresses get mail' : ''
  return `SES in ${region} may send${quota}${sandbox}`
}
