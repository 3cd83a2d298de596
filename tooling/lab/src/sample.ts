import { readFile } from 'node:fs/promises'

export interface SampleOptions {
  /** About how much data, with its indexes, in units of 1,000,000 bytes; the empty database comes on top. */
  megabytes?: number
}

const defaultMegabytes = 105

/**
 * Fills an empty UTF-8 database with a shop: 18 tables, not counting partitions, with every kind of column, object and
 * script that a backup must bring back. The same options give the same rows everywhere. Works on PostgreSQL 13 and
 * later.
 *
 * @param psql runs SQL in that database as its owner; it is called twice at the same time, for the sake of speed
 */
export async function createSampleDatabase(
  psql: (sql: string) => Promise<unknown>,
  { megabytes = defaultMegabytes }: SampleOptions = {},
): Promise<void> {
  const run = async (name: string) => {
    const sql = await readFile(new URL(`../sql/${name}.sql`, import.meta.url), 'utf8')
    await psql(`SET synchronous_commit = off;\nSET sample.megabytes = ${megabytes};\n${sql}`)
  }
  await run('schema')
  await Promise.all([run('rows-1'), run('rows-2')])
  await Promise.all([run('keys-1'), run('keys-2')])
  await run('finish')
}
