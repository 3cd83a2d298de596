import type { ErrorCode } from '@holdfast/plugin'
import { ConfigError, inFileOrder, placed, type Finding } from '../config/problems.ts'
import type { Config } from '../config/types.ts'
import { createRedactor } from '../wrap/redact.ts'

/** One thing that keeps a plugin from being used. */
export interface Failure {
  finding: Finding
  code: ErrorCode
  hint?: string | undefined
  cause?: unknown
}

/**
 * All of them as one error. It has the code of what happened where that is one thing only. What plugins say is not
 * trusted to be free of secrets.
 */
export function refusal({ origin, secrets }: Config, failures: readonly Failure[]): ConfigError {
  const redactor = createRedactor()
  for (const secret of secrets) redactor.add(secret)
  const problems = failures.map(({ finding }) =>
    placed(origin, { ...finding, message: redactor.text(finding.message) }),
  )
  const codes = new Set(failures.map(({ code }) => code))
  const [code] = codes
  const hints = new Set(failures.flatMap(({ hint }) => (hint === undefined ? [] : [hint])))
  const causes = failures.flatMap(({ cause }) => (cause === undefined ? [] : [cause]))
  return new ConfigError(inFileOrder(problems), {
    code: code !== undefined && codes.size === 1 ? code : 'CONFIG_INVALID',
    hint:
      hints.size === 0
        ? 'docs/configuration.md describes the options of each plugin.'
        : [...hints].join('\n'),
    cause: causes.length > 1 ? new AggregateError(causes) : causes[0],
  })
}
