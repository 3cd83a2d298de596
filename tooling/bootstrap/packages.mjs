import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './child.mjs'
import { give, step } from './say.mjs'

export const root = fileURLToPath(new URL('../../', import.meta.url))
export const bin = join(root, 'node_modules/.bin')
const stamp = join(root, 'node_modules/.holdfast-installed')

// The repository's own Node, or undefined before an install.
export function nodeBinary() {
  const path = join(bin, 'node')
  return existsSync(path) ? path : undefined
}

// Installs exactly what the lockfile says, once per lockfile, and asserts that scripts will get Node 24.
export async function ensurePackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  const present = existsSync(join(bin, 'pnpm'))
  if (!present || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    const installed = await step('packages', async () => {
      const [command, ...start] = present ? [join(bin, 'pnpm')] : ['npx', '-y', `pnpm@${pinnedPnpm()}`]
      const args = [...start, 'install', '--frozen-lockfile', '--config.confirm-modules-purge=false']
      const result = await run(command, args, { cwd: root })
      return { ok: result.code === 0, output: result.output }
    })
    if (!installed) process.exit(1)
    writeFileSync(stamp, lock)
  }
  assertNode24()
}

function pinnedPnpm() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return packageManager.split('@')[1]
}

function assertNode24() {
  let version = 'missing'
  try {
    version = execFileSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' }).trim()
  } catch {
    // Reported below as missing.
  }
  if (!version.startsWith('v24.')) {
    give(
      `node_modules/.bin/node is ${version}, not Node 24: the preinstall script of the "node" package did not run; delete node_modules and try again with install scripts allowed (ignore-scripts=false).`,
    )
  }
}
