import { Secret } from '@holdfast/plugin'
import { expect, it } from 'vitest'
import { excerpt } from './excerpt.ts'

const address = new Secret(
  'https://user:pass-phrase@hooks.example.com/in/T0/a%20secret%20token?key=another-one',
)

it.each([
  [
    'found nothing at https://user:pass-phrase@hooks.example.com/in/T0/a%20secret%20token?key=another-one',
    'found nothing at [secret]',
  ],
  ['no /in/T0/a%20secret%20token?key=another-one', 'no [secret]'],
  ['no /in/T0/a%20secret%20token here', 'no /in/T0/[secret] here'],
  ['unknown: a secret token', 'unknown: [secret]'],
  ['another-one, pass-phrase', '[secret], [secret]'],
  ['invalid in T0', 'invalid in T0'],
])('%j is shown as %j', (text, shown) => {
  expect(excerpt(text, [address])).toBe(shown)
})

it('has no control characters and is not long', () => {
  expect(excerpt('\u0000a\u001b[31m\tb\n\u007f', [])).toBe('a [31m\tb')
  expect(excerpt('😀'.repeat(9000), []).isWellFormed()).toBe(true)
  expect(excerpt('x'.repeat(1_000_000), [])).toHaveLength(8192)
})
