import { expect, it } from 'vitest'
import { withCommas } from './with-commas.ts'

it.for([0, 7, 999, 1000, 12_345, 123_456, 1_203_441, 1250.5, 1234.567, -1, -1000, -123_456])(
  'writes %d as Intl does',
  (value) => {
    expect(withCommas(value)).toBe(value.toLocaleString('en-US'))
  },
)
