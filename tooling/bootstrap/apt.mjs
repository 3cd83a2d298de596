import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { run } from './child.mjs'

export function executable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

// What a command printed, or an empty string when it can't be run.
export function said(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return ''
  }
}

// What to put before apt-get, or undefined where it is missing or would ask for a password.
export function aptPrivilege() {
  if (!said('apt-get', ['--version'])) return undefined
  if (process.getuid?.() === 0) return []
  return said('sudo', ['-n', 'echo', 'yes']) === 'yes' ? ['sudo', '-n'] : undefined
}

// Debian starts a cluster for each PostgreSQL server it installs. Nobody asked for one, so its configuration says no
// for as long as the installation takes.
export async function installPackages(privilege, packages) {
  const script = `set -e
    directory=/etc/postgresql-common/createcluster.d
    mkdir -p $directory
    trap 'rm -f $directory/holdfast.conf' EXIT
    echo 'create_main_cluster = false' > $directory/holdfast.conf
    apt-get update
    apt-get install -y --no-install-recommends ${packages.join(' ')}`
  const [command, ...args] = [...privilege, 'env', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c', script]
  const { code, output } = await run(command, args)
  return { ok: code === 0, output }
}
