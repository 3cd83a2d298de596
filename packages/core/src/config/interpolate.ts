import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Finding } from './problems.ts'
import { soundsSecret } from './secrets.ts'
import { suggest } from './suggest.ts'
import { parseTemplate, type TemplatePart } from './template.ts'
import { leaves, mapLeaves } from './tree.ts'
import type { ConfigPath } from './types.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Interpolated {
  /** What had a variable that is not there is left as it was written. */
  value: unknown
  /** Leaves that had a variable in them, by their path as JSON. */
  places: ReadonlySet<string>
  /** Variables and files that are not there. */
  missing: Finding[]
  /** References that can't be read. */
  findings: Finding[]
  /** What came from files, and from variables that sound secret. */
  secrets: string[]
}

/** Puts in the values of variables and files; paths of files are relative to `directory`. */
export async function interpolate(
  value: unknown,
  options: { environment: Environment; directory: string },
): Promise<Interpolated> {
  const result = { places: new Set<string>(), missing: [], findings: [], secrets: [] } satisfies Omit<
    Interpolated,
    'value'
  >
  const texts = new Map<string, string>()
  for (const { path, value: leaf } of leaves(value)) {
    if (typeof leaf !== 'string' || !leaf.includes('${')) continue
    const key = JSON.stringify(path)
    const parts = parseTemplate(leaf)
    if (parts.some((part) => part.type !== 'text')) result.places.add(key)
    const text = await fill(parts, path, options, result)
    if (text !== undefined) texts.set(key, text)
  }
  return {
    ...result,
    value: mapLeaves(value, ({ path, value: leaf }) => texts.get(JSON.stringify(path)) ?? leaf),
  }
}

async function fill(
  parts: readonly TemplatePart[],
  path: ConfigPath,
  { environment, directory }: { environment: Environment; directory: string },
  result: Pick<Interpolated, 'missing' | 'findings' | 'secrets'>,
): Promise<string | undefined> {
  const texts: (string | undefined)[] = []
  for (const part of parts) {
    if (part.type === 'text') texts.push(part.text)
    else if (part.type === 'variable') texts.push(variable(part, path, environment, result))
    else if (part.type === 'file') texts.push(await file(part.path, path, directory, result))
    else {
      result.findings.push({ path, message: part.reason })
      texts.push(undefined)
    }
  }
  return texts.some((text) => text === undefined) ? undefined : texts.join('')
}

function variable(
  { name, fallback }: { name: string; fallback: string | undefined },
  path: ConfigPath,
  environment: Environment,
  result: Pick<Interpolated, 'missing' | 'secrets'>,
): string | undefined {
  const set = environment[name]
  // As in a shell, a default also stands in for a variable that is set to nothing.
  const value = fallback !== undefined && (set === undefined || set === '') ? fallback : set
  if (value === undefined) {
    const suggestion = suggest(name, Object.keys(environment))
    result.missing.push({ path, message: `the environment variable ${name} is not set`, suggestion })
  } else if (soundsSecret(name)) {
    result.secrets.push(value)
  }
  return value
}

async function file(
  name: string,
  path: ConfigPath,
  directory: string,
  result: Pick<Interpolated, 'missing' | 'secrets'>,
): Promise<string | undefined> {
  const absolute = resolve(directory, name)
  try {
    const value = (await readFile(absolute, 'utf8')).replace(/\r?\n$/, '')
    result.secrets.push(value)
    return value
  } catch (error) {
    result.missing.push({ path, message: `the file ${absolute} ${whyUnreadable(error)}` })
    return undefined
  }
}

/** Why a file could not be read, as the end of a sentence that begins with its name. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist'
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user'
  if (code === 'EISDIR') return 'is a directory'
  return `could not be read: ${error instanceof Error ? error.message : String(error)}`
}
