import type { Notifier } from '@holdfast/plugin'
import { promptly } from '../promptly.ts'
import { Skipped } from '../runner.ts'
import {
  serviceModes,
  type NotifierCapabilities,
  type NotifierCaseContext,
  type NotifierUnderTest,
} from './case.ts'
import { sampleNotification } from './sample.ts'

export interface NotifierContextOptions {
  signal: AbortSignal
  capabilities: NotifierCapabilities
  /** How long a call may take that should end at once, in milliseconds. */
  promptMs: number
}

export function createContext(
  notifier: Notifier,
  { service, secrets = [], unreachable }: NotifierUnderTest,
  { signal, capabilities, promptMs }: NotifierContextOptions,
): NotifierCaseContext {
  const { modes = serviceModes } = service
  const skip = (reason: string): never => {
    throw new Skipped(reason)
  }
  return {
    notifier,
    service,
    secrets,
    signal,
    skip,
    capabilities: { silent: [], words: true, retryAfter: true, ...capabilities },
    ...(unreachable && { unreachable }),
    notification: (event, changes) => sampleNotification(event, changes),
    become: async (mode) => {
      if (!modes.includes(mode)) skip(`the service has no mode ${mode}`)
      await service.become(mode)
    },
    accepted: async () => service.accepted(),
    promptly: (what, call) => promptly(what, call, promptMs),
  }
}
