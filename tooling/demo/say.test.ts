import { expect, it } from 'vitest'
import { commandLines, wrapped } from './say.ts'

it('leaves a command that fits in one line', () => {
  expect(commandLines(['a -b', '| c'], 20)).toEqual(['$ a -b | c'])
})

it('breaks a command before its parts, as a shell takes it', () => {
  expect(commandLines(['a -b', '| c', '| d'], 8)).toEqual(['$ a -b \\', '  | c \\', '  | d'])
})

it('breaks text between words and never inside one', () => {
  expect(wrapped('one two three four', 9)).toEqual(['one two', 'three', 'four'])
  expect(wrapped('incomprehensible', 4)).toEqual(['incomprehensible'])
})
