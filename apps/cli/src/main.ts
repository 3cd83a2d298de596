#!/usr/bin/env node
import './memory-flags.ts'
import module, { createRequire } from 'node:module'
import { join } from 'node:path'
import { CommanderError } from '@commander-js/extra-typings'
import { hideSecretArguments } from './hide-arguments.ts'
import { nodeProblem } from './node-version.ts'
import { createProgram } from './program.ts'

interface Package {
  version: string
  engines: { node: string }
}
const { version, engines } = createRequire(import.meta.url)('../package.json') as Package
const problem = nodeProblem(process.versions.node, engines.node)
if (problem !== undefined) {
  console.error(`holdfast: ${problem}`)
  process.exit(2)
}

hideSecretArguments(process.argv.slice(2))
// In the user's own directory: in the shared one for temporary files, others could plant code. NODE_COMPILE_CACHE wins.
const { NODE_COMPILE_CACHE, XDG_CACHE_HOME, HOME } = process.env
const caches = XDG_CACHE_HOME ?? (HOME && join(HOME, '.cache'))
if (NODE_COMPILE_CACHE === undefined && caches) module.enableCompileCache(join(caches, 'holdfast'))
// Whoever reads our output may stop early, as `head` does; that is no reason to stop working.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = 1
  })
}

try {
  await createProgram(version).parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Commander throws also where all is well: after the help or the version.
  if (error.exitCode !== 0) {
    const { tellUsageError } = await import('./usage-error.ts')
    process.exitCode = tellUsageError(error)
  }
}
