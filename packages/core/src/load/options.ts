import type { OptionsIssue, Plugin } from '@holdfast/plugin'
import type { Finding } from '../config/problems.ts'
import { isUnknownKey, unknownKey, type JsonSchema } from '../config/schema-keys.ts'
import type { ConfigOrigin, ConfigPath } from '../config/types.ts'
import { withTypedVariables } from '../config/variables.ts'

export type ParsedOptions = { ok: true; options: unknown } | { ok: false; findings: Finding[] }

/**
 * Lets a plugin judge its options. Text from variables becomes a number, true or false where the plugin refuses it as
 * text; `path` is where the options stand in the configuration. What parseOptions throws besides is passed on.
 */
export function parseOptions(
  plugin: Plugin,
  options: unknown,
  path: ConfigPath,
  origin: ConfigOrigin,
): ParsedOptions {
  const first = attempt(plugin, options, path)
  if (first.ok) return first
  const variables = first.findings.filter((finding) => origin.isInterpolated(finding.path))
  const typed = withTypedVariables(
    options,
    variables.map((finding) => finding.path.slice(path.length)),
  )
  return typed === undefined ? first : attempt(plugin, typed.value, path)
}

function attempt(plugin: Plugin, options: unknown, path: ConfigPath): ParsedOptions {
  try {
    const parsed = plugin.parseOptions(options)
    if (parsed instanceof Promise) {
      parsed.catch(() => {})
      throw new TypeError('it is not synchronous')
    }
    return { ok: true, options: parsed }
  } catch (error) {
    if (!hasIssues(error)) throw error
    const schema = schemaOf(plugin)
    return { ok: false, findings: error.issues.map((issue) => findingOf(issue, path, schema)) }
  }
}

// By its form: a plugin may bring a copy of @holdfast/plugin of its own.
function hasIssues(error: unknown): error is Error & { issues: readonly OptionsIssue[] } {
  return error instanceof Error && 'issues' in error && Array.isArray(error.issues) && error.issues.length > 0
}

function findingOf(issue: OptionsIssue, path: ConfigPath, schema: JsonSchema): Finding {
  const at = [...path, ...issue.path]
  if (isUnknownKey(schema, issue.path)) return { path: at, at: 'key', ...unknownKey(schema, issue.path) }
  return { path: at, message: issue.message }
}

function schemaOf(plugin: Plugin): JsonSchema {
  try {
    return plugin.optionsSchema?.() ?? {}
  } catch {
    return {}
  }
}
