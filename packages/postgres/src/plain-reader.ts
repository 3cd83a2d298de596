import type { DumpReader } from './dump-reader.ts'
import { scanPlain } from './plain-scanner.ts'

/** Reads a plain dump: whether it is complete, and which tables are in it. */
export function readPlain(): DumpReader {
  const scanner = scanPlain()
  return {
    async write(chunk) {
      scanner.push(chunk)
    },
    async finish() {
      const { contents, errors } = scanner.end()
      return { contents, errors }
    },
    abandon: () => Promise.resolve(),
  }
}
