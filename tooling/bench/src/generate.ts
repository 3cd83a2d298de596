import { readFile } from 'node:fs/promises'

/** What one slice adds to a database at least, in bytes, on disk. */
const sliceBytes = 64 * 1024 * 1024

/** A database that has been filled with whole slices. */
export interface Generated {
  slices: number
}

/** Makes the empty tables: jsonb, text, numeric and incompressible bytea, with few indexes. */
export async function generateTables(psql: (sql: string) => Promise<unknown>): Promise<Generated> {
  await psql(await readSql('tables'))
  return { slices: 0 }
}

/**
 * Adds slices until the database has at least this many bytes. The rows of a slice depend on nothing but its number,
 * so a size always means the same rows, and a smaller database is the beginning of a larger one.
 */
export async function growDatabase(
  psql: (sql: string) => Promise<unknown>,
  { slices }: Generated,
  { bytes, signal }: { bytes: number; signal: AbortSignal },
): Promise<Generated> {
  const halves = await Promise.all([readSql('slice-1'), readSql('slice-2')])
  let slice = slices
  for (; slice * sliceBytes < bytes; slice += 1) {
    signal.throwIfAborted()
    const number = `\\set slice ${slice}\nSET synchronous_commit = off;\n`
    await Promise.all(halves.map((half) => psql(`${number}${half}`)))
  }
  await psql('VACUUM (FREEZE, ANALYZE)')
  await psql('CHECKPOINT')
  return { slices: slice }
}

function readSql(name: string): Promise<string> {
  return readFile(new URL(`../sql/${name}.sql`, import.meta.url), 'utf8')
}
