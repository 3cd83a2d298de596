import { HoldfastError } from './errors.ts'

/** One thing wrong with a plugin's options. */
export interface OptionsIssue {
  /** Where, from the top of the options: `['retry', 'attempts']`. An unknown key is the last part of its path. */
  path: readonly (string | number)[]
  message: string
}

/** What parseOptions throws: every problem at once. Core adds the file, line and column of each. */
export class OptionsError extends HoldfastError {
  readonly issues: readonly OptionsIssue[]

  constructor(issues: readonly OptionsIssue[]) {
    super(
      'CONFIG_INVALID',
      issues.map((issue) => `${issue.path.join('.') || 'options'}: ${issue.message}`).join('; '),
    )
    this.issues = issues
  }
}

/** The part of https://standardschema.dev that is needed here; zod, valibot and arktype all have it. */
export interface StandardSchema<Output> {
  readonly '~standard': {
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
  }
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  /** zod puts all the unknown keys of a mapping into one issue about that mapping. */
  readonly keys?: readonly string[]
}

/** Makes a parseOptions from a schema of any library that speaks Standard Schema. The schema must be synchronous. */
export function optionsFrom<Output>(schema: StandardSchema<Output>): (input: unknown) => Output {
  return (input) => {
    const result = schema['~standard'].validate(input ?? {})
    if (result instanceof Promise) throw new TypeError('parseOptions must be synchronous and do no I/O')
    if (result.issues === undefined) return result.value
    throw new OptionsError(result.issues.flatMap(issuesOf))
  }
}

function issuesOf({ path = [], keys, message }: StandardIssue): OptionsIssue[] {
  const at = path.map((part) => {
    const key = typeof part === 'object' ? part.key : part
    return typeof key === 'number' ? key : String(key)
  })
  if (keys === undefined) return [{ path: at, message }]
  return keys.map((key) => ({ path: [...at, key], message: 'is not a known option' }))
}
