import {
  HoldfastError,
  isHoldfastError,
  type ErrorCode,
  type Instances,
  type PluginKind,
  type Secret,
} from '@holdfast/plugin'
import { secretsIn } from '../config/secrets.ts'
import type { Config, ConfigPath, PluginConfig } from '../config/types.ts'
import type { Named } from '../job.ts'
import type { Failure } from './failures.ts'
import type { PluginHost } from './locate.ts'
import { parseOptions } from './options.ts'
import { loadPlugin } from './plugin.ts'
import { checkInstance } from './shape.ts'

/** Whom a plugin is loaded for. */
export interface Place {
  config: Config
  job: string
  host: PluginHost
  path: ConfigPath
}

export type Loaded<Kind extends PluginKind> =
  | { ok: true; named: Named<Instances[Kind]>; secrets: Secret[] }
  | { ok: false; failures: Failure[] }

/** Imports one plugin, checks it and its options, and makes its instance. Never rejects. */
export async function loadOne<Kind extends PluginKind>(
  kind: Kind,
  { use, name, options }: PluginConfig,
  { config, job, host, path }: Place,
): Promise<Loaded<Kind>> {
  const { origin } = config
  const { baseDirectory } = origin
  try {
    const plugin = await loadPlugin(kind, use, { baseDirectory, host })
    const parsed = guarded(use, 'parseOptions', () =>
      parseOptions(plugin, options, [...path, 'options'], origin),
    )
    if (!parsed.ok) {
      return { ok: false, failures: parsed.findings.map((finding) => ({ finding, code: 'CONFIG_INVALID' })) }
    }
    const instance = guarded(use, 'create', () => plugin.create(parsed.options, { name, job, baseDirectory }))
    checkInstance(instance, kind, use)
    return { ok: true, named: { name, plugin: plugin.name, instance }, secrets: secretsIn(parsed.options) }
  } catch (error) {
    return { ok: false, failures: [failureOf(error, [...path, 'use'])] }
  }
}

function guarded<Result>(use: string, step: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    if (isHoldfastError(error)) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new HoldfastError('PLUGIN_FAILED', `${use} failed in ${step}: ${reason}`, { cause: error })
  }
}

function failureOf(error: unknown, path: ConfigPath): Failure {
  if (!isHoldfastError(error)) throw error
  return {
    finding: { path, message: error.message },
    code: error.code as ErrorCode,
    hint: error.hint,
    cause: error.cause ?? error,
  }
}
