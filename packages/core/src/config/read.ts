import { readFile } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { HoldfastError } from '@holdfast/plugin'
import type { PluginHost } from '../load/locate.ts'
import { pluginFindings } from '../load/plugin-findings.ts'
import { check, clear, refusal, type ConfigRule, type Draft } from './check.ts'
import { importConfig } from './import.ts'
import { interpolate, whyUnreadable, type Environment } from './interpolate.ts'
import type { Parsed } from './parse.ts'
import { ConfigError, type Finding } from './problems.ts'
import { environmentSecrets } from './secrets.ts'
import type { Config } from './types.ts'

const readers: Readonly<Record<string, (path: string) => Promise<Parsed>>> = {
  '.yaml': readText,
  '.yml': readText,
  '.json': readText,
  '.ts': readModule,
  '.mts': readModule,
  '.js': readModule,
  '.mjs': readModule,
}

/**
 * Reads a configuration file of any format: parse, put in variables, check, complete. What is wrong is told all
 * together, as one ConfigError.
 *
 * @param options.rules what the app that reads it knows more of, such as schedules
 * @param options.host the app; with it, a refusal also has what plugins say of their options
 */
export async function readConfig(
  path: string,
  options: { environment: Environment; host?: PluginHost; rules?: readonly ConfigRule[] },
): Promise<Config> {
  const file = resolve(path)
  const directory = dirname(file)
  const read = readers[extname(file)]
  if (read === undefined) {
    throw new HoldfastError(
      'CONFIG_UNREADABLE',
      `${file} has no extension that a configuration file can have`,
      {
        hint: `Use one of ${Object.keys(readers).join(', ')}.`,
      },
    )
  }
  const { value, positionOf, errors, findings } = await read(file)
  if (errors.length > 0) {
    throw new ConfigError(
      errors.map((error) => ({ file, path: '', ...error })),
      { code: 'CONFIG_UNREADABLE' },
    )
  }
  const filled = await interpolate(value, { environment: options.environment, directory })
  const draft: Draft = {
    value: filled.value,
    origin: {
      file,
      baseDirectory: directory,
      positionOf,
      isInterpolated: (at) => filled.places.has(JSON.stringify(at)),
    },
    findings: [...findings, ...filled.findings],
    missing: filled.missing,
    secrets: [...filled.secrets, ...environmentSecrets(options.environment)],
    rules: options.rules,
  }
  const result = check(draft)
  if (result.config !== undefined) return result.config
  throw refusal(draft, [...result.wrong, ...clear(draft, await saidByPlugins(draft, options.host))])
}

async function saidByPlugins(draft: Draft, host: PluginHost | undefined): Promise<Finding[]> {
  return host === undefined ? [] : pluginFindings(draft.value, draft.origin, { host, secrets: draft.secrets })
}

async function readText(file: string): Promise<Parsed> {
  // Only then, so that a command without a configuration need not load a parser.
  const { parseText } = await import('./parse.ts')
  try {
    return parseText(await readFile(file, 'utf8'))
  } catch (error) {
    throw new HoldfastError('CONFIG_UNREADABLE', `${file} ${whyUnreadable(error)}`, { cause: error })
  }
}

async function readModule(file: string): Promise<Parsed> {
  return { value: await importConfig(file), positionOf: () => undefined, errors: [], findings: [] }
}
