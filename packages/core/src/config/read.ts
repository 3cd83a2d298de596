import { readFile } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { HoldfastError } from '@holdfast/plugin'
import { checked } from './check.ts'
import { importConfig } from './import.ts'
import { interpolate, whyUnreadable, type Environment } from './interpolate.ts'
import { parseText, type Parsed } from './parse.ts'
import { ConfigError } from './problems.ts'
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

/** Reads a configuration file of any format: parse, put in variables, check, complete. */
export async function readConfig(path: string, options: { environment: Environment }): Promise<Config> {
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
  return checked({
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
  })
}

async function readText(file: string): Promise<Parsed> {
  try {
    return parseText(await readFile(file, 'utf8'))
  } catch (error) {
    throw new HoldfastError('CONFIG_UNREADABLE', `${file} ${whyUnreadable(error)}`, { cause: error })
  }
}

async function readModule(file: string): Promise<Parsed> {
  return { value: await importConfig(file), positionOf: () => undefined, errors: [], findings: [] }
}
