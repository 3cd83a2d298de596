// Every root script comes through here, so that each of them works right after a clone, on the system's Node:
// it installs what is missing, then hands over to the repository's own Node 24.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ensureCeph } from './ceph.mjs'
import { handOver } from './child.mjs'
import { bin, ensurePackages, root } from './packages.mjs'
import { ensurePostgres } from './postgres.mjs'
import { give } from './say.mjs'
import { build, checks, tests } from './stages.mjs'
import { ensureTakenOut } from './taken-out.mjs'
import { ensureTools } from './tools.mjs'

const commands = {
  build: { run: async (environment) => finish(await build(environment)) },
  check: { run: async (environment) => finish(await build(environment), await checks(environment)) },
  test: { postgres: true, tools: true, ceph: true, run: test },
  demo: { postgres: true, run: script('tooling/demo/main.ts') },
  bench: { postgres: true, ceph: true, run: script('tooling/bench/src/main.ts') },
  format: { run: (environment, args) => handOver(join(bin, 'oxfmt'), args, at(environment)) },
  release: { run: release },
}

const [name, ...args] = process.argv.slice(2)
const command = commands[name]
if (!command) give(`Unknown command ${name ?? ''}: use one of ${Object.keys(commands).join(', ')}.`)
await ensurePackages()
const environment = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
}
if (command.postgres) environment.HOLDFAST_POSTGRES_BIN = await ensurePostgres()
if (command.tools) {
  await ensureTools()
  await ensureTakenOut()
}
if (command.ceph) await ensureCeph()
await command.run(environment, args)

// The last line is the result, for people and for CI. A failed check counts as failed beside the tests, so that
// the line can't read well when something is wrong, and is named again: what it said is far above by then.
async function test(environment, args) {
  const stages = [await build(environment), await checks(environment), await tests(environment, args)]
  const failed = sum(stages)
  for (const failure of stages.flatMap((stage) => stage.failures)) console.log(`Failed: ${failure}`)
  console.log(`${stages.at(-1).passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}

async function release(environment) {
  const built = await build(environment)
  if (built.failed > 0) return finish(built)
  await handOver(join(bin, 'changeset'), ['publish'], at(environment))
}

function script(path) {
  return async (environment, args) => {
    if (!existsSync(join(root, path))) give(`${path} does not exist in this checkout.`)
    await handOver(join(bin, 'node'), ['--conditions=@holdfast/source', join(root, path), ...args], {
      env: environment,
    })
  }
}

function at(environment) {
  return { cwd: root, env: environment }
}

function sum(stages) {
  return stages.reduce((total, stage) => total + stage.failed, 0)
}

function finish(...stages) {
  process.exitCode = sum(stages) > 0 ? 1 : 0
}
