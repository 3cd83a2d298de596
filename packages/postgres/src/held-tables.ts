import { type DumpRequest, HoldfastError, type TableFacts } from '@holdfast/plugin'
import { nameOf } from './names.ts'
import type { Weight } from './progress.ts'
import { listRelations, type Relation } from './relations.ts'
import { type Selection, selectRelations } from './selection.ts'
import type { Session } from './session.ts'
import { lockTables } from './table-locks.ts'

/** How often to start over when tables come or go between being listed and being locked. */
const attempts = 5

export interface HeldTables {
  selection: Selection
  tables: TableFacts[]
  /** By `schema.name`. */
  weights: Map<string, Weight>
}

/**
 * Opens the transaction whose snapshot the dump will see, with every table of the dump locked before that snapshot
 * is taken: a TRUNCATE in between would leave a table empty in the dump.
 */
export async function holdTables(
  session: Session,
  observer: Session,
  request: DumpRequest,
  standby: boolean,
): Promise<HeldTables> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const listed = selectRelations(await listRelations(session, request.tables), request, standby)
    await session.execute('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    if (await lockTables(session, observer, listed.locked, request.lockWaitTimeoutMs)) {
      // The first query of the transaction: here its snapshot is taken.
      const selection = selectRelations(await listRelations(session, request.tables), request, standby)
      if (selection.locked.every(({ isLocked }) => isLocked)) return measure(session, selection)
    }
    await session.execute('ROLLBACK')
  }
  throw new HoldfastError(
    'DATABASE_QUERY_FAILED',
    `Tables were created or dropped between being listed and being locked, ${attempts} times in a row.`,
    { hint: 'Back up when no migration is running.', retryable: true },
  )
}

interface Size {
  oid: number
  totalBytes: number
  bytes: number
  rows: number
}

async function measure(session: Session, selection: Selection): Promise<HeldTables> {
  const oids = selection.tables.map(({ oid }) => oid)
  const rows = await session.query<Size>(
    `SELECT oid::int8 AS oid, pg_total_relation_size(oid) AS "totalBytes", pg_table_size(oid) AS bytes,
       reltuples::float8 AS rows
     FROM pg_class WHERE oid = ANY (ARRAY[${oids.join(', ')}]::oid[])`,
  )
  const sizes = new Map(rows.map((size) => [size.oid, size]))
  return {
    selection,
    tables: selection.tables.map((table) => factsOf(table, sizes.get(table.oid))),
    weights: new Map(
      selection.tables.map((table) => {
        const { bytes = 0, rows: estimate = 0 } = sizes.get(table.oid) ?? {}
        return [nameOf(table), { bytes, rows: estimate }]
      }),
    ),
  }
}

function factsOf({ schema, name, root }: Relation, size: Size | undefined): TableFacts {
  return { schema, name, ...(root !== null && { partitionOf: root }), bytes: size?.totalBytes ?? 0 }
}
