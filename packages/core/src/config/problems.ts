import { HoldfastError, type ErrorCode } from '@holdfast/plugin'
import type { ConfigOrigin, ConfigPath } from './types.ts'

/** One thing wrong with a configuration, as people see it. */
export interface Problem {
  file: string
  line?: number
  column?: number
  /** `jobs.shop.storages[0].use`; empty for the file as a whole. */
  path: string
  message: string
  /** What was probably meant. */
  suggestion?: string
}

/** One thing wrong, before it is known where that stands in the file. */
export interface Finding {
  path: ConfigPath
  message: string
  suggestion?: string | undefined
  /** What the position should point at: an unknown key itself, otherwise the value. */
  at?: 'key'
}

/** Everything wrong with a configuration at once. `message` has one line for each problem. */
export class ConfigError extends HoldfastError {
  readonly problems: readonly Problem[]

  constructor(
    problems: readonly Problem[],
    details: { code?: ErrorCode; hint?: string; cause?: unknown } = {},
  ) {
    const { code = 'CONFIG_INVALID', hint, cause } = details
    super(code, problems.map(formatProblem).join('\n'), { hint, cause })
    this.problems = problems
  }
}

export function placed(origin: Pick<ConfigOrigin, 'file' | 'positionOf'>, finding: Finding): Problem {
  const position = origin.positionOf(finding.path, finding.at ?? 'value')
  return {
    file: origin.file,
    ...(position !== undefined && { line: position.line, column: position.column }),
    path: formatPath(finding.path),
    message: finding.message,
    ...(finding.suggestion !== undefined && { suggestion: finding.suggestion }),
  }
}

/** By line where there are lines, otherwise as they were found. */
export function inFileOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}

function formatPath(path: ConfigPath): string {
  return path.map((part, index) => formatPart(part, index === 0)).join('')
}

function formatPart(part: string | number, first: boolean): string {
  if (typeof part === 'number') return `[${part}]`
  if (!/^[A-Za-z0-9_$-]+$/.test(part)) return `[${JSON.stringify(part)}]`
  return first ? part : `.${part}`
}

function formatProblem({ file, line, column, path, message, suggestion }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}:${column}`
  const meant = suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`
  return [place, path, `${message}${meant}`].filter((part) => part !== '').join('  ')
}
