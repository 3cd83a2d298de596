import { expect, test } from 'vitest'
import { nodeProblem } from './node-version.ts'

test.each(['22.18.0', '22.19.1', '23.0.0', '24.21.0'])('%s is new enough', (version) => {
  expect(nodeProblem(version, '>=22.18')).toBeUndefined()
})

test.each(['20.20.2', '22.17.9', '18.0.0'])('%s is not, and the sentence says what to do', (version) => {
  expect(nodeProblem(version, '>=22.18')).toMatch(
    new RegExp(`^Node ${version} is too old .* 22\\.18 or later; \`npx .*node@24`),
  )
})
