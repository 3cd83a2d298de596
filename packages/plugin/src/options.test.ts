import { expect, test } from 'vitest'
import { OptionsError, optionsFrom, type StandardSchema } from './options.ts'

/** A schema of any library, that says this of everything. */
function answering(answer: unknown): StandardSchema<unknown> {
  return { '~standard': { validate: () => answer as { value: unknown } } }
}

test('what a schema gives is what the options are, and no options are empty ones', () => {
  expect(optionsFrom(answering({ value: 5 }))({})).toBe(5)
  const echo: StandardSchema<unknown> = { '~standard': { validate: (value) => ({ value }) } }
  expect(optionsFrom(echo)(undefined)).toEqual({})
})

test('every issue has its path, and every unknown key is an issue of its own', () => {
  const parse = optionsFrom(
    answering({
      issues: [
        { message: 'must be text', path: ['retry', { key: 0 }, 'name'] },
        { message: 'must not be empty' },
        { message: 'Unrecognized keys: "pth", "x"', path: ['retry'], keys: ['pth', 'x'] },
      ],
    }),
  )
  expect(() => parse({})).toThrow(OptionsError)
  expect(() => parse({})).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message:
        'retry.0.name: must be text; options: must not be empty; retry.pth: is not a known option; retry.x: is not a known option',
      issues: [
        { path: ['retry', 0, 'name'], message: 'must be text' },
        { path: [], message: 'must not be empty' },
        { path: ['retry', 'pth'], message: 'is not a known option' },
        { path: ['retry', 'x'], message: 'is not a known option' },
      ],
    }),
  )
})

test('a schema that needs time is refused', () => {
  expect(() => optionsFrom(answering(Promise.resolve({ value: 1 })))({})).toThrow('must be synchronous')
})
