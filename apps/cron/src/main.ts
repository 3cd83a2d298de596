#!/usr/bin/env node
import './memory-flags.ts'
import { createRequire } from 'node:module'
import { CommanderError } from '@commander-js/extra-typings'
import { createProgram } from './options.ts'

// Whoever reads the log may stop early; that is no reason to stop working.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const lingerMs = 3000

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
try {
  const program = createProgram(version).parse()
  const { runService } = await import('./run-service.ts')
  process.exitCode = await runService(program.opts())
  // Something that a plugin left open must not keep it from ending.
  setTimeout(() => process.exit(), lingerMs).unref()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Commander throws also where all is well, after the help or the version; what is wrong it has printed.
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
