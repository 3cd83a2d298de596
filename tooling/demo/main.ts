// npm run demo [-- --s3]: a real database, dumped, stored, checked and restored; with --cron, backed up by a schedule. Ends
// with exit code 1 if any of that goes wrong.
import { parseArgs } from 'node:util'
import { cronDemo } from './cron-demo.ts'
import { demo } from './demo.ts'
import { Interruption, listenForInterruption } from './interrupt.ts'
import { failed, say } from './say.ts'

const flag = { type: 'boolean', default: false } as const
const { values } = parseArgs({ options: { s3: flag, cron: flag } })
const signal = listenForInterruption()
try {
  await (values.cron ? cronDemo(signal) : demo(signal, values))
} catch (error) {
  const reason: unknown = signal.aborted ? signal.reason : error
  say()
  failed(reason instanceof Error ? reason.message : String(reason))
  process.exitCode = reason instanceof Interruption ? reason.exitCode : 1
}
