import type { Notification, NotificationEvent, Notifier } from '@holdfast/plugin'

/**
 * What the service of a notifier does from now on:
 * `accept`, accepts every message at once;
 * `slow`, accepts it, but only after about 300 ms;
 * `refuse`, refuses the message for good: an unknown address, a content that it does not like;
 * `credentials`, refuses whoever asks: a wrong password, a revoked key;
 * `unavailable`, answers that it can not do it now, such as with 503 or 451;
 * `rate-limit`, answers that there were too many, and to wait for 7 seconds where it can say that;
 * `hang`, takes the connection and never answers;
 * `drop`, closes the connection in place of an answer.
 */
export const serviceModes = [
  'accept',
  'slow',
  'refuse',
  'credentials',
  'unavailable',
  'rate-limit',
  'hang',
  'drop',
] as const

export type ServiceMode = (typeof serviceModes)[number]

/** How long a service in the mode `rate-limit` asks to wait, in milliseconds. */
export const retryAfterMs = 7000

/** One part of a message, as whoever shows it gets it: decoded, but with its markup. */
export interface MessagePart {
  /**
   * `text`, shown as it is; `html`, rendered by a mail client; `mrkdwn`, rendered by Slack; `json`, read by programs,
   * which take every string in it for data.
   */
  form: 'text' | 'html' | 'mrkdwn' | 'json'
  content: string
}

/** A message that the service has accepted. */
export interface AcceptedMessage {
  parts: readonly MessagePart[]
  /** Whom it goes to, as the service was told; absent where an address has no such thing. */
  recipients?: readonly string[]
  /** Names and values of the headers that go with it, decoded; for services whose headers could hold text. */
  headers?: readonly (readonly [name: string, value: string])[]
}

/** The service that the notifier talks to: a real server on this machine, so that everything in between is real too. */
export interface NotifierService {
  become: (mode: ServiceMode) => unknown
  /** Every message that it has accepted so far, the oldest first; one that it is still to accept is not among them. */
  accepted: () => readonly AcceptedMessage[] | Promise<readonly AcceptedMessage[]>
  /** How often it was asked to take a message, whatever it answered. */
  attempts?: () => number
  /** How many connections to it are open now. */
  connections?: () => number
  /** The modes that it knows. Default: all of them. */
  modes?: readonly ServiceMode[]
}

/** What a notifier can honestly not do. */
export interface NotifierCapabilities {
  /** Events that its service has no message for: it resolves and sends nothing. Default none. */
  silent?: readonly NotificationEvent[]
  /** False where a message has no room for words, such as a ping. Default true. */
  words?: boolean
  /** False where the service can not say how long to wait, such as SMTP. Default true. */
  retryAfter?: boolean
}

/** A notifier to be tested, and a service that nobody else uses and that accepts everything. */
export interface NotifierUnderTest {
  notifier: Notifier
  service: NotifierService
  /** Passwords, tokens and addresses that are secret. They must never be seen in an error, or in what `check` says. */
  secrets?: readonly string[]
  /** The same kind of notifier, made so that nothing listens where it calls. */
  unreachable?: () => Notifier | Promise<Notifier>
  /** Closes everything. Called once, however the case ended. */
  cleanup?: () => Promise<unknown>
}

/** One promise of the contract, and how it is held. */
export interface NotifierCase {
  topic: string
  /** Unique among all cases. */
  name: string
  /** What the notifier promises, as a sentence. */
  promise: string
  run: (context: NotifierCaseContext) => Promise<void>
}

/** What a case works with. */
export interface NotifierCaseContext extends Pick<NotifierUnderTest, 'unreachable'> {
  /** Remembers every error. Once the case has ended, each must be of the family and without secrets. */
  notifier: Notifier
  service: Pick<NotifierService, 'attempts' | 'connections' | 'modes'>
  secrets: readonly string[]
  capabilities: Required<NotifierCapabilities>
  /** Aborts when the case takes too long. */
  signal: AbortSignal
  /** A message of something that happened, as core makes it. */
  notification: (event?: NotificationEvent, changes?: Partial<Notification>) => Notification
  /** Skips the case where the service does not know the mode. */
  become: (mode: ServiceMode) => Promise<void>
  accepted: () => Promise<readonly AcceptedMessage[]>
  /** Settles as the call does, or fails when that takes too long: nothing may hang. */
  promptly: <Result>(what: string, call: Promise<Result>) => Promise<Result>
  /** Ends the case without a verdict. */
  skip: (reason: string) => never
}
