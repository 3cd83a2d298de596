// npm run demo [-- --s3]: a real database, dumped, stored, checked and restored. Ends with exit code 1 if any of that goes wrong.
import { parseArgs } from 'node:util'
import { demo } from './demo.ts'
import { Interruption, listenForInterruption } from './interrupt.ts'
import { failed, say } from './say.ts'

const { values } = parseArgs({ options: { s3: { type: 'boolean', default: false } } })
const signal = listenForInterruption()
try {
  await demo(signal, values)
} catch (error) {
  const reason: unknown = signal.aborted ? signal.reason : error
  say()
  failed(reason instanceof Error ? reason.message : String(reason))
  process.exitCode = reason instanceof Interruption ? reason.exitCode : 1
}
