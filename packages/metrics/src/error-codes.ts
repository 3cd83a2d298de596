import { errorCodes } from '@holdfast/plugin'

/** How many codes that plugins have of their own are told apart, so that no plugin can flood Prometheus. */
const mostForeignCodes = 32
const shape = /^[A-Z][A-Z0-9_]{0,63}$/

/** Says under which name a code is counted: its own, or `OTHER`. */
export function createErrorCodes(): (code: string) => string {
  const foreign = new Set<string>()
  return (code) => {
    if (Object.hasOwn(errorCodes, code) || foreign.has(code)) return code
    if (!shape.test(code) || foreign.size >= mostForeignCodes) return 'OTHER'
    foreign.add(code)
    return code
  }
}
