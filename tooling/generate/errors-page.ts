import { errorCodes, exitCodes, type ErrorCode } from '@holdfast/plugin'
import { code, table } from './table.ts'

/** docs/errors.md: every error code and every exit code. */
export function errorsPage(): string {
  const codes = Object.keys(errorCodes) as ErrorCode[]
  const sections = exitCodes
    .map((exit) => ({ ...exit, codes: codes.filter((name) => errorCodes[name].exitCode === exit.code) }))
    .filter((section) => section.codes.length > 0)
  return `# Errors and exit codes

This page is made from the source; \`pnpm generate\` writes it.

Every error has a code that stays the same from version to version, a message with the values at hand, and mostly a
hint. With \`--json\` they are \`error.code\`, \`error.message\` and \`error.hint\`. A code of a plugin's own gets the exit code
of its family: the part before the first underscore.

## Exit codes

${table(
  ['exit code', 'meaning'],
  exitCodes.map((exit) => [String(exit.code), exit.meaning]),
)}

With several jobs the exit code is that of the one that went worst.

${sections.map((section) => errorsOf(section.code, section.meaning, section.codes)).join('\n\n')}
`
}

function errorsOf(exitCode: number, meaning: string, codes: readonly ErrorCode[]): string {
  const rows = codes.map((name) => [code(name), errorCodes[name].meaning, errorCodes[name].fix])
  return `## Exit code ${exitCode}: ${meaning}\n\n${table(['code', 'what happened', 'what to do'], rows)}`
}
