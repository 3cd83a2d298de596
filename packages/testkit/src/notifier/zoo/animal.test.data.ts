import type { Notification, Notifier } from '@holdfast/plugin'
import type { AcceptedMessage, NotifierCapabilities, NotifierUnderTest } from '../case.ts'
import { honestNotifier, token, writeMail, type Build } from './honest.test.data.ts'
import { openPostOffice } from './service.test.data.ts'

/** A notifier with one fault, or none. */
export interface Animal {
  name: string
  /** The case that has to notice; absent for the honest ones. */
  caughtBy?: string
  subject: () => Promise<NotifierUnderTest>
  capabilities?: NotifierCapabilities
}

type Change = (honest: Notifier, build: Build) => Partial<Notifier>

/** Where nothing listens. */
const nowhere = 'http://127.0.0.1:1/'

export function animal(
  name: string,
  {
    write = writeMail,
    change = () => ({}),
    caughtBy,
    capabilities,
  }: Partial<Pick<Build, 'write'>> & {
    change?: Change
    caughtBy?: string
    capabilities?: NotifierCapabilities
  },
): Animal {
  const make = (url: string): Notifier => {
    const build = { url, write }
    const honest = honestNotifier(build)
    return { ...honest, ...change(honest, build) }
  }
  return {
    name,
    ...(caughtBy !== undefined && { caughtBy }),
    ...(capabilities && { capabilities }),
    subject: async () => {
      const service = await openPostOffice()
      return {
        notifier: make(service.url),
        service,
        secrets: [token],
        unreachable: () => make(nowhere),
        cleanup: () => service.close(),
      }
    },
  }
}

/** An honest notifier of which something is replaced. */
export function faulty(caughtBy: string, name: string, change: Change): Animal {
  return animal(name, { caughtBy, change })
}

/** An honest notifier that writes its messages in another way. */
export function badlyWritten(caughtBy: string, name: string, write: Build['write']): Animal {
  return animal(name, { caughtBy, write })
}

/** Changes the one thing that mail is written with. */
export function mail(
  change: (message: AcceptedMessage, notification: Notification) => Partial<AcceptedMessage>,
): (notification: Notification) => AcceptedMessage {
  return (notification) => {
    const message = writeMail(notification)
    return { ...message, ...change(message, notification) }
  }
}
