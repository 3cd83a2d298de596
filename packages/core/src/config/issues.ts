import type { z } from 'zod'
import type { Finding } from './problems.ts'
import { unknownKey, type JsonSchema } from './schema-keys.ts'
import { suggest } from './suggest.ts'
import { isRecord, valueAt } from './tree.ts'
import type { ConfigPath } from './types.ts'

type Issue = z.core.$ZodIssue

/** What to tell people about a value; redacts and shortens. */
export type Show = (value: unknown) => string

/** Puts what zod found into words of our own, with the value that is there. */
export function findingsOf(
  issues: readonly Issue[],
  root: unknown,
  schema: JsonSchema,
  show: Show,
): Finding[] {
  const describe = (issue: Issue, above: ConfigPath): Finding[] => {
    const path = [...above, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))]
    const value = valueAt(root, path)
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const inner = [...path, key]
        return { path: inner, at: 'key', ...unknownKey(schema, inner) }
      })
    }
    if (issue.code === 'invalid_union') {
      const inner = likeliest(issue.errors)
      if (inner !== undefined) return inner.flatMap((found) => describe(found, path))
      return [{ path, ...oneOf(optionsOf(issue), value, show) }]
    }
    if (issue.code === 'invalid_value') return [{ path, ...oneOf(issue.values.map(String), value, show) }]
    return [{ path, message: sentence(issue, value, show) }]
  }
  return issues.flatMap((issue) => describe(issue, []))
}

/** Of the alternatives, the first that the value fits as a whole; otherwise the first of all. */
function likeliest(errors: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return errors.find((issues) => !issues.some(isAboutTheWhole)) ?? errors[0]
}

function isAboutTheWhole({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
}

function optionsOf(issue: Issue): string[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
}

function oneOf(
  values: readonly string[],
  value: unknown,
  show: Show,
): { message: string; suggestion?: string } {
  const message = `must be ${listed(values)}${value === undefined ? ', and is missing' : `, is ${show(value)}`}`
  const suggestion = typeof value === 'string' ? suggest(value, values) : undefined
  return suggestion === undefined ? { message } : { message, suggestion }
}

function sentence(issue: Issue, value: unknown, show: Show): string {
  if (value === undefined) return 'is missing'
  if (issue.code === 'invalid_type')
    return `must be ${typeNames[issue.expected] ?? issue.expected}, is ${show(value)}`
  if (issue.code === 'too_small' && issue.origin === 'string') return 'must not be empty'
  if (issue.code === 'too_small' && issue.origin === 'array') return 'needs at least one entry'
  if (issue.code === 'too_small') return `must be ${issue.minimum} or more, is ${show(value)}`
  if (issue.code === 'too_big') return `must be ${issue.maximum} or less, is ${show(value)}`
  if (issue.code === 'invalid_format') return `${issue.message}, is ${show(value)}`
  return issue.message
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
}

function listed(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}

/** Shows a value in a message: its type where the value says nothing, never one of the secrets, never all of a long one. */
export function showing(secrets: readonly string[]): Show {
  return (value) => {
    if (value === null) return 'empty'
    if (Array.isArray(value)) return 'a list'
    if (isRecord(value)) return 'a mapping'
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    if (typeof value !== 'string') return `of type ${typeof value}`
    const text = secrets.some((secret) => secret !== '' && value.includes(secret)) ? '[secret]' : value
    return JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)
  }
}
