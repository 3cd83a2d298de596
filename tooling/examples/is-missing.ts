import { execaSync } from 'execa'

/**
 * Whether what needs a program may be left out, loudly: only where it is not installed, and never in CI, which must not
 * pass without having read a backup with standard tools.
 */
export function isMissing(program: string): boolean {
  const { failed } = execaSync(program, ['--version'], { reject: false })
  if (!failed) return false
  const mayBeLeftOut = process.env['CI'] === undefined
  const consequence = mayBeLeftOut ? 'what needs it is NOT tested here' : 'CI needs it'
  console.error(`${program} is not installed (sudo apt-get install ${program}): ${consequence}.`)
  return mayBeLeftOut
}
