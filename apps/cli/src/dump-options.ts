import type { Job } from '@holdfast/core'
import type { DumpFormat } from '@holdfast/plugin'

/** The options of `backup` that say what to dump this time. */
export interface DumpOptions {
  schemaOnly?: true | undefined
  dataOnly?: true | undefined
  table?: string[] | undefined
  excludeTable?: string[] | undefined
  format?: DumpFormat | undefined
}

/** A job's dump settings with what the command line says instead. */
export function withDumpOptions(dump: Job['dump'], options: DumpOptions): Job['dump'] {
  const formatted = options.format === undefined ? dump : { ...dump, format: options.format }
  const everyTable = { include: [], exclude: [] }
  if (options.schemaOnly === true) {
    return { ...formatted, kind: 'schema', tables: everyTable, globals: false, rowCounts: false }
  }
  if (options.dataOnly === true) return { ...formatted, kind: 'data', tables: everyTable, globals: false }
  if (options.table === undefined && options.excludeTable === undefined) return formatted
  const tables = { include: options.table ?? [], exclude: options.excludeTable ?? [] }
  return { ...formatted, kind: 'tables', tables, globals: false }
}
