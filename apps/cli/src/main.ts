#!/usr/bin/env node
import { createRequire } from 'node:module'
import { CommanderError } from '@commander-js/extra-typings'
import { hideSecretArguments } from './hide-arguments.ts'
import { createProgram } from './program.ts'

hideSecretArguments(process.argv.slice(2))
// Whoever reads our output may stop early, as `head` does; that is no reason to stop working.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = 1
  })
}

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
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
