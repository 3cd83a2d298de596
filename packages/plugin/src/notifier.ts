import type { Report } from './report.ts'

/** Tells people, or services, how a run ended. Retries and time limits are core's; see the report for outcomes. */
export interface Notifier {
  /** Resolves once the service has accepted the message, and only then. */
  notify(report: Report, signal: AbortSignal): Promise<void>
}
