import { Readable } from 'node:stream'
import {
  HoldfastError,
  type Notification,
  notificationEvents,
  type Notifier,
  type Snapshot,
  type Source,
  type Storage,
  type Verifier,
} from '@holdfast/plugin'
import type { Job, JobNotifier } from '../job.ts'
import { createRedactor } from '../wrap/redact.ts'

export const never: AbortSignal = new AbortController().signal

/** A notifier that keeps what it was told, and fails as its script says. */
export interface Listener extends JobNotifier {
  heard: Notification[]
}

export function listener(
  name: string,
  { notify, ...rest }: Partial<Omit<JobNotifier, 'instance'>> & { notify?: Notifier['notify'] } = {},
): Listener {
  const heard: Notification[] = []
  const instance: Notifier = {
    notify: async (notification, signal) => {
      await notify?.(notification, signal)
      heard.push(notification)
    },
  }
  return { name, plugin: 'x', instance, on: notificationEvents, timeoutMs: 5000, ...rest, heard }
}

/** A service that is down. */
export function isDown(): Promise<void> {
  throw new HoldfastError('NOTIFY_UNAVAILABLE', 'the service is down', {
    retryable: true,
    retryAfterMs: 60_000,
  })
}

/** A job without a server. Its dump and its verifier fail as the script says. */
export function scriptedJob(
  storage: Storage,
  notifiers: readonly JobNotifier[],
  script: { fails?: string; suspect?: boolean; onDump?: () => void } = {},
): Job {
  const instance: Verifier = {
    proves: 'plausible',
    verify: async () => {
      const status = script.suspect === true ? 'failed' : 'passed'
      return { status, checks: [{ name: 'rows', status, detail: 'looked at' }] }
    },
  }
  const whole: Verifier = {
    proves: 'archive',
    verify: async () => ({ status: 'passed', checks: [] }),
  }
  return {
    name: 'shop',
    source: sourceOf(script),
    dump: {
      kind: 'full',
      format: 'custom',
      tables: { include: [], exclude: [] },
      ownership: false,
      globals: false,
      rowCounts: true,
      countSessions: 1,
      lockWaitTimeoutMs: 1000,
      stallTimeoutMs: 1000,
    },
    compression: { algorithm: 'none' },
    storages: [{ name: 'disk', plugin: 'memory', instance: storage }],
    verifiers: [
      { name: 'archive', plugin: 'archive', instance: whole },
      { name: 'size', plugin: 'size', instance },
    ],
    notifiers,
    labels: {},
    redactor: createRedactor(),
  }
}

function sourceOf({ fails, onDump }: { fails?: string; onDump?: () => void }): Source {
  const tables = [{ schema: 'public', name: 'orders', bytes: 8192 }]
  return {
    preflight: async () => {
      if (fails !== undefined) throw new HoldfastError(fails, 'it does not work', { hint: 'mend it' })
      return {
        database: {
          name: 'shop',
          host: 'db',
          port: 5432,
          user: 'app',
          serverVersion: '15.18',
          serverMajor: 15,
          encoding: 'UTF8',
          bytes: 1,
          identity: '1/2',
        },
        client: { version: '15.18' },
        clockSkewMs: 0,
        warnings: [],
      }
    },
    snapshot: async (): Promise<Snapshot> => ({
      tables,
      largeObjects: 0,
      omissions: [],
      warnings: [],
      arguments: [],
      dump: () => {
        onDump?.()
        return Readable.from([Buffer.from('dump')], { objectMode: false })
      },
      globals: () => undefined,
      count: async () => tables.map((table) => ({ ...table, rows: 3 })),
      release: async () => {},
      close: async () => {},
    }),
  }
}
