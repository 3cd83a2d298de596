import { execaSync } from 'execa'

const { failed } = execaSync('zstd', ['--version'], { reject: false })

/**
 * Whether what needs the zstd program may be left out, loudly: only where it is not installed, and never in CI, which
 * must not pass without having read a backup with standard tools.
 */
export const withoutZstd: boolean = failed && process.env['CI'] === undefined

if (failed) {
  const consequence = withoutZstd ? 'restoring by hand is NOT tested here' : 'CI needs it'
  console.error(`zstd is not installed (sudo apt-get install zstd): ${consequence}.`)
}
