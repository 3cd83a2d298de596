import { describe, expect, it } from 'vitest'
import { withDumpOptions } from './dump-options.ts'

const dump = {
  kind: 'full',
  format: 'custom',
  tables: { include: [], exclude: [] },
  ownership: true,
  globals: true,
  rowCounts: true,
  countSessions: 1,
  lockWaitTimeoutMs: 1,
  stallTimeoutMs: 1,
} as const

describe('withDumpOptions', () => {
  it('leaves a job as it is where nothing is said', () => expect(withDumpOptions(dump, {})).toEqual(dump))

  it.each([
    [{ schemaOnly: true }, { kind: 'schema', globals: false, rowCounts: false }],
    [
      { dataOnly: true, format: 'plain' },
      { kind: 'data', format: 'plain', globals: false, rowCounts: true },
    ],
    [{ table: ['a', 'b'] }, { kind: 'tables', tables: { include: ['a', 'b'], exclude: [] }, globals: false }],
    [{ excludeTable: ['log*'] }, { kind: 'tables', tables: { include: [], exclude: ['log*'] } }],
  ] as const)('makes of %j %j', (options, expected) => {
    const { table, excludeTable, ...flags } = { table: undefined, excludeTable: undefined, ...options }
    const lists = { table: table && [...table], excludeTable: excludeTable && [...excludeTable] }
    expect(withDumpOptions(dump, { ...flags, ...lists })).toMatchObject({ ownership: true, ...expected })
  })
})
