import type { RestoreRequest } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { refuseParts, restoreArguments } from './restore-arguments.ts'

const request = (changes: Partial<RestoreRequest>): RestoreRequest => ({
  format: 'custom',
  dumpVersion: '15.18',
  tables: [],
  part: 'all',
  jobs: 2,
  ownership: false,
  ...changes,
})

describe('restoreArguments', () => {
  it.each<[Partial<RestoreRequest>, string[]]>([
    [{}, ['--no-owner', '--no-privileges']],
    [{ ownership: true }, []],
    [{ ownership: true, part: 'schema' }, ['--schema-only']],
    [{ ownership: true, part: 'data' }, ['--data-only']],
    [{ ownership: true, tables: ['a', 'B c'] }, ['--strict-names', '--table=a', '--table=B c']],
    [{ ownership: true, tables: ['s.a', 's.b'] }, ['--strict-names', '--schema=s', '--table=a', '--table=b']],
    [
      { ownership: true, tables: ['s.a', 't.a'] },
      ['--strict-names', '--schema=s', '--schema=t', '--table=a'],
    ],
    [{ ownership: true, tables: ['-x', '-x'] }, ['--strict-names', '--table=-x']],
  ])('%o', (changes, expected) => {
    expect(restoreArguments(request(changes))).toEqual(expected)
  })

  it.each([[['s.a', 't.b']], [['s.a', 'b']], [['s.a', 'a']]])(
    'refuses %o, which pg_restore would widen',
    (tables) => {
      expect(() => restoreArguments(request({ tables }))).toThrow(
        expect.objectContaining({ code: 'USAGE_INVALID' }),
      )
    },
  )
})

it('takes plain SQL as a whole only', () => {
  expect(() => refuseParts(request({ format: 'plain' }))).not.toThrow()
  expect(() => refuseParts(request({ format: 'plain', tables: ['a'] }))).toThrow('as a whole')
  expect(() => refuseParts(request({ format: 'plain', part: 'data' }))).toThrow('as a whole')
})
