import { fileURLToPath } from 'node:url'
import { violations } from './check.ts'

const found = violations(fileURLToPath(new URL('../../', import.meta.url)))
for (const violation of found) console.error(violation)
process.exitCode = found.length > 0 ? 1 : 0
