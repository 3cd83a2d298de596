import type { Screen } from './render/screen.ts'
import type { Look } from './render/look.ts'

/** What every action is given of the process that it runs in. */
export interface Context {
  environment: NodeJS.ProcessEnv
  /** Paths on the command line are relative to this directory. */
  directory: string
  now: () => Date
  /** Aborted by SIGINT and SIGTERM; its reason is the HoldfastError to end with. */
  signal: AbortSignal
  /** For results. */
  stdout: { write(text: string): void; look: Look }
  /** For people. */
  screen: Screen
  /** Nothing but what went wrong is said. */
  quiet: boolean
  /** Results are JSON. */
  json: boolean
}
