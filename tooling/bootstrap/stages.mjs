import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './child.mjs'
import { bin, root } from './packages.mjs'
import { step } from './say.mjs'

// Each stage resolves { failed, failures }: the number of its parts that went wrong, and what to name of them at the
// end. Tests also resolve { passed, skipped }; which of them failed vitest itself says last.

export function build(environment) {
  return turbo('build', ['build'], environment)
}

export function checks(environment) {
  const tasks = ['lint', 'format:check', 'knip', 'sherif', 'boundaries', 'shape']
  return turbo('lint, format, knip, sherif, boundaries, shape', tasks, environment)
}

async function turbo(name, tasks, environment) {
  let failures = []
  await step(name, async () => {
    const args = ['run', ...tasks, '--continue=dependencies-successful', '--output-logs=errors-only']
    const { code, output } = await run(join(bin, 'turbo'), args, { cwd: root, env: environment })
    if (code !== 0) failures = output.match(/^ *Failed: +(.*)$/m)?.[1]?.split(', ') ?? [name]
    return { ok: code === 0, output, note: output.match(/^ *Tasks: +(.*)$/m)?.[1] }
  })
  // A build that failed is counted by the build stage, not again by the checks that needed it.
  const own = failures.filter((task) => tasks.includes('build') || !task.endsWith('#build'))
  return { failed: own.length, failures: own }
}

// Runs every test. A run that ends badly without a failed test (a crash, an unhandled error) counts as one.
export async function tests(environment, args) {
  const directory = join(root, 'node_modules/.cache/holdfast')
  const report = join(directory, 'tests.json')
  mkdirSync(directory, { recursive: true })
  rmSync(report, { force: true })
  let counts
  await step('tests', async () => {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const options = { cwd: root, env: environment, show: true }
    const { code } = await run(join(bin, 'vitest'), ['run', ...reporters, ...args], options)
    counts = tally(report, code)
    return { ok: counts.failed === 0, note: counts.skipped ? `${counts.skipped} skipped` : undefined }
  })
  return counts
}

function tally(report, code) {
  const found = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] }
  const passed = found.numPassedTests ?? 0
  const broken = found.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  const failed = (found.numFailedTests ?? 0) + broken.length
  const skipped = (found.numPendingTests ?? 0) + (found.numTodoTests ?? 0)
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1), failures: [], skipped }
}
