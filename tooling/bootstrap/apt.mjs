import { execFileSync } from 'node:child_process'
import { run } from './child.mjs'

// How to become root without a question, as the start of a command line; undefined where that can't be, or where
// there is no apt-get.
export function aptPrivilege() {
  if (!said('apt-get', ['--version'])) return undefined
  if (process.getuid?.() === 0) return []
  return said('sudo', ['-n', 'echo', 'yes']) === 'yes' ? ['sudo', '-n'] : undefined
}

// Runs a script as root in which `install` installs packages. The lists of packages are fetched only where
// what there is does not do. Resolves { ok, output }.
export async function asRoot(privilege, script) {
  const install = `set -e
    install() {
      try() { apt-get install -y -q --no-install-recommends "$@"; }
      try "$@" || { apt-get update -q && try "$@"; }
    }`
  const [command, ...args] = [
    ...privilege,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'sh',
    '-c',
    `${install}\n${script}`,
  ]
  const { code, output } = await run(command, args)
  return { ok: code === 0, output }
}

// What a command printed, or an empty string when it can't be run.
export function said(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return ''
  }
}
