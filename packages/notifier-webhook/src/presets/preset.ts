import type { Answer, HttpMessage } from '@holdfast/http-delivery'
import type { HoldfastError, Notification, Secret } from '@holdfast/plugin'

/** One message to a service, and where it goes. */
interface Outgoing extends HttpMessage {
  address: Secret
}

/** How a kind of service is spoken to. */
export interface Preset<Options> {
  /** The name of the service, for messages. */
  service: string
  outgoing(options: Options, notification: Notification): Outgoing
  /** Why the service did not accept the message, in its own words; undefined where the status says it all. */
  refusal?(answer: Answer): HoldfastError | undefined
}
