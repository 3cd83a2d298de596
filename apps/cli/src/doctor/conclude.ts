import { exitCodeOf } from '@holdfast/plugin'
import type { Context } from '../context.ts'
import { worstExitCode } from '../exit-codes.ts'
import type { Look } from '../render/look.ts'
import type { DoctorCheck } from './check.ts'

/** Tells what all checks add up to, in the words of `render` or as a document; the exit code that this is. */
export function conclude(
  checks: readonly DoctorCheck[],
  render: (checks: readonly DoctorCheck[], look: Look) => string,
  { json, stdout }: Context,
): number {
  const codes = checks
    .filter(({ status }) => status === 'failed')
    .map(({ code = 'INTERNAL' }) => exitCodeOf(code))
  if (json) {
    const status = codes.length > 0 ? 'failed' : 'succeeded'
    stdout.write(`${JSON.stringify({ schemaVersion: 1, command: 'doctor', status, checks })}\n`)
  } else {
    stdout.write(`\n${render(checks, stdout.look)}\n`)
  }
  return worstExitCode(codes)
}
