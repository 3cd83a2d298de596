import { expect, it } from 'vitest'
import { guessStoredBytes } from './estimate.ts'

const table = (bytes: number) => ({ schema: 'public', name: `t${bytes}`, bytes })
const zstd = { algorithm: 'zstd', level: 1 } as const

it.each([
  ['a quarter of the tables', { kind: 'full', compression: zstd }, [table(300e9), table(100e9)], 100e9],
  ['all of them uncompressed', { kind: 'data', compression: { algorithm: 'none' } }, [table(10e9)], 10e9],
  ['nothing that memory could not bear', { kind: 'full', compression: zstd }, [table(9e12)], 128e9],
  ['nothing for what has no rows', { kind: 'schema', compression: zstd }, [table(300e9)], undefined],
] as const)('guesses %s', (_, options, tables, expected) => {
  expect(guessStoredBytes(tables, options)).toBe(expected)
})
