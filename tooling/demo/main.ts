// npm run demo [-- --s3] [--megabytes 105]: a real database of that size, dumped, stored, checked and restored; with --cron,
// backed up by a schedule. Ends with exit code 1 if any of that goes wrong.
import { parseArgs } from 'node:util'
import { cronDemo } from './cron-demo.ts'
import { demo } from './demo.ts'
import { Interruption, listenForInterruption } from './interrupt.ts'
import { failed, say } from './say.ts'

const flag = { type: 'boolean', default: false } as const
const { values } = parseArgs({
  options: { s3: flag, cron: flag, megabytes: { type: 'string', default: '105' } },
})
const megabytes = Number(values.megabytes)
const signal = listenForInterruption()
try {
  await (values.cron ? cronDemo(signal, megabytes) : demo(signal, { s3: values.s3, megabytes }))
} catch (error) {
  const reason: unknown = signal.aborted ? signal.reason : error
  say()
  failed(reason instanceof Error ? reason.message : String(reason))
  process.exitCode = reason instanceof Interruption ? reason.exitCode : 1
}
