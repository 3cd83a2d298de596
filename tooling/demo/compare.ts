/** Runs SQL in a database of this name and resolves with what psql printed. */
type Psql = (sql: string, database: string) => Promise<string>

export interface Comparison {
  tables: number
  rows: number
  /** `schema.table: 3 rows, 2 in the copy`, for each table that differs. */
  differences: string[]
}

const countEveryTable = `
SELECT format('SELECT %L, count(*) FROM ONLY %I.%I', nspname || '.' || relname, nspname, relname)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY nspname, relname
\\gexec
`

/** Counts the rows of every table in two databases, with psql alone. */
export async function compareDatabases(psql: Psql, source: string, copy: string): Promise<Comparison> {
  const [there, here] = await Promise.all([countRows(psql, source), countRows(psql, copy)])
  const names = [...new Set([...there.keys(), ...here.keys()])]
  return {
    tables: there.size,
    rows: [...there.values()].reduce((sum, rows) => sum + rows, 0),
    differences: names
      .filter((name) => there.get(name) !== here.get(name))
      .map((name) => `${name}: ${there.get(name) ?? 'no'} rows, ${here.get(name) ?? 'no'} in the copy`),
  }
}

async function countRows(psql: Psql, database: string): Promise<Map<string, number>> {
  const lines = (await psql(countEveryTable, database)).split('\n').filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      const bar = line.lastIndexOf('|')
      return [line.slice(0, bar), Number(line.slice(bar + 1))]
    }),
  )
}
