import type { Notifier } from './notifier.ts'
import type { Storage } from './storage.ts'
import type { Verifier } from './verifier.ts'

/** The version of this contract. A plugin made for another one is refused when it is loaded. */
export const apiVersion = 1

/** What each kind of plugin makes. */
export interface Instances {
  storage: Storage
  verifier: Verifier
  notifier: Notifier
}

export type PluginKind = keyof Instances

/** What a plugin is given when it is created. */
export interface PluginContext {
  /** The name that the configuration gives this plugin, for messages. */
  name: string
  /** The job it is created for. */
  job: string
  /** Relative paths in options are resolved against this directory: that of the configuration file, or the working directory. */
  baseDirectory: string
}

/**
 * What a plugin package exports as its default export. Make it with `definePlugin`.
 */
export interface Plugin<Kind extends PluginKind = PluginKind, Options = unknown> {
  readonly apiVersion: typeof apiVersion
  readonly kind: Kind
  /** The short name, as in `use: local`. */
  readonly name: string
  /**
   * Checks and completes the options as the configuration has them. Synchronous and without I/O, so that a wrong
   * configuration is refused before anything starts. Throws OptionsError with every problem at once.
   */
  parseOptions(input: unknown): Options
  /** A JSON Schema of the options, for editors. */
  optionsSchema?(): Record<string, unknown>
  /** Makes an instance. Does no I/O either: the first call to the instance does. */
  create(options: Options, context: PluginContext): Instances[Kind]
}

/** Types a plugin and stamps it with the version of the contract. */
export function definePlugin<Kind extends PluginKind, Options>(
  plugin: Omit<Plugin<Kind, Options>, 'apiVersion'>,
): Plugin<Kind, Options> {
  return { apiVersion, ...plugin }
}
