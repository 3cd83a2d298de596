import type { ErrorCodeEntry } from './types.ts'

/** What can go wrong when somebody is to be told. None of it changes how a run ended. */
export const notifyCodes = {
  NOTIFY_TIMEOUT: {
    exitCode: 1,
    meaning: 'A notifier did not finish in time. This never changes how the run ended.',
    fix: 'Check that the service answers; the report has the outcome of every notifier.',
  },
  NOTIFY_UNAVAILABLE: {
    exitCode: 1,
    meaning: 'The service that passes messages on does not answer, or not now.',
    fix: 'Nothing: the message is sent again, at the latest with the next run. Check the host if it stays so.',
  },
  NOTIFY_RATE_LIMITED: {
    exitCode: 1,
    meaning: 'The service takes no more messages for now.',
    fix: 'Choose fewer events with `on`, or set repeatEveryMs.',
  },
  NOTIFY_CREDENTIALS: {
    exitCode: 1,
    meaning: 'The service refused the password, key or token, or there was none.',
    fix: 'Check the credentials in the options of the notifier that the error names.',
  },
  NOTIFY_TLS: {
    exitCode: 1,
    meaning: "The connection to the service could not be secured, or its certificate isn't trusted.",
    fix: 'Check host and port; for a certificate authority of your own, name its file in the options.',
  },
  NOTIFY_REFUSED: {
    exitCode: 1,
    meaning: 'The service refused the message: its address, its sender or its content.',
    fix: 'The error carries what the service said.',
  },
  NOTIFY_PARTLY_REFUSED: {
    exitCode: 1,
    meaning: 'The message was accepted for some of its recipients and refused for others.',
    fix: 'Correct or remove the addresses that the error names.',
  },
  NOTIFY_FAILED: {
    exitCode: 1,
    meaning: 'A notifier failed in a way of its own.',
    fix: 'The error carries what it said. `holdfast notify test` tries it again.',
  },
} as const satisfies Record<string, ErrorCodeEntry>
