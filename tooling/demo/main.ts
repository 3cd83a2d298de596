// npm run demo: a real database, dumped, stored, checked and restored. Ends with exit code 1 if any of that goes wrong.
import { demo } from './demo.ts'
import { Interruption, listenForInterruption } from './interrupt.ts'
import { failed, say } from './say.ts'

const signal = listenForInterruption()
try {
  await demo(signal)
} catch (error) {
  const reason: unknown = signal.aborted ? signal.reason : error
  say()
  failed(reason instanceof Error ? reason.message : String(reason))
  process.exitCode = reason instanceof Interruption ? reason.exitCode : 1
}
