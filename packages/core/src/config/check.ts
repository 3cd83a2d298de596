import { findingsOf, showing, type Show } from './issues.ts'
import { configJsonSchema } from './json-schema.ts'
import { normalizeJob } from './normalize.ts'
import { ConfigError, inFileOrder, placed, type Finding } from './problems.ts'
import { brokenRules } from './rules.ts'
import { configSchema, type CheckedConfig } from './schema.ts'
import { passphrasesIn, passwordsIn, secretsOf } from './secrets.ts'
import type { Config, ConfigOrigin } from './types.ts'
import { withTypedVariables } from './variables.ts'

/** A configuration as it was read, and what is already known to be wrong with it. */
export interface Draft {
  value: unknown
  origin: ConfigOrigin
  findings: readonly Finding[]
  /** Variables and files that are not there. */
  missing: readonly Finding[]
  secrets: readonly string[]
  /** What else is to be true of it. */
  rules?: readonly ConfigRule[] | undefined
}

/** Finds what is wrong with a configuration as it is written; what has the wrong type is reported already. */
export type ConfigRule = (value: unknown) => readonly Finding[]

/** The complete configuration, or a ConfigError with everything that is wrong with the draft. */
export function checked(draft: Draft): Config {
  const result = check(draft)
  if (result.config === undefined) throw refusal(draft, result.wrong)
  return result.config
}

/** The complete configuration, or what is wrong with the draft besides what is missing. */
export function check(draft: Draft): { config: Config } | { config?: undefined; wrong: Finding[] } {
  const { value, origin, findings, missing, secrets, rules = [] } = draft
  const known = [...secrets, ...passwordsIn(value), ...passphrasesIn(value)]
  const result = checkedAgainstSchema(value, origin, showing(known))
  const broken = [brokenRules, ...rules].flatMap((rule) => rule(result.value))
  const wrong = clear(draft, [...findings, ...result.findings, ...broken])
  if (wrong.length + missing.length > 0 || result.config === undefined) return { wrong }
  return {
    config: {
      origin,
      cron: result.config.cron,
      jobs: Object.entries(result.config.jobs).map(([name, job]) =>
        normalizeJob(name, job, origin.baseDirectory),
      ),
      secrets: secretsOf(known),
    },
  }
}

/** Leaves out what is said of a value that could not be filled in, or of which worse is known already. */
export function clear({ findings, missing }: Draft, wrong: readonly Finding[]): Finding[] {
  const unclear = new Set([...findings, ...missing].map(({ path }) => JSON.stringify(path)))
  return wrong.filter(
    (finding) =>
      findings.includes(finding) || finding.at === 'key' || !unclear.has(JSON.stringify(finding.path)),
  )
}

interface Outcome {
  /** What was checked, with variables in the type that is wanted of them. */
  value: unknown
  config?: CheckedConfig
  findings: Finding[]
}

function checkedAgainstSchema(value: unknown, origin: ConfigOrigin, show: Show, final = false): Outcome {
  // Once, it is quicker to walk the schema than to compile it.
  const { success, data, error } = configSchema.safeParse(value, { jitless: true })
  if (success) return { value, config: data, findings: [] }
  const findings = findingsOf(error.issues, value, configJsonSchema(), show)
  const variables = findings.map(({ path }) => path).filter((path) => origin.isInterpolated(path))
  const typed = final ? undefined : withTypedVariables(value, variables)
  return typed === undefined ? { value, findings } : checkedAgainstSchema(typed.value, origin, show, true)
}

/** Everything that is wrong as one error, in the order of the file. */
export function refusal({ origin, missing }: Draft, wrong: readonly Finding[]): ConfigError {
  const problems = inFileOrder([...wrong, ...missing].map((finding) => placed(origin, finding)))
  if (wrong.length > 0)
    return new ConfigError(problems, { hint: 'docs/configuration.md describes every key.' })
  return new ConfigError(problems, {
    code: 'CONFIG_VARIABLE_UNSET',
    hint: 'Set it where Holdfast runs, or give it a default: ${NAME:-default}.',
  })
}
