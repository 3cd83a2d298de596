import { HoldfastError } from '@holdfast/plugin'
import type { Session } from './session.ts'

const shownObjects = 5

/** Refuses a database that already holds anything that a restore could meet: DATABASE_NOT_EMPTY names the first of it. */
export async function refuseNonEmpty(session: Session, description: string): Promise<void> {
  const found = await session.query<{ name: string }>(objectsSql)
  if (found.length === 0) return
  const names = found.slice(0, shownObjects).map(({ name }) => name)
  throw new HoldfastError(
    'DATABASE_NOT_EMPTY',
    `${description} is not empty: it holds ${names.join(', ')}${found.length > shownObjects ? ' and more' : ''}.`,
    {
      hint:
        'Restoring over it would fail or double its rows. Restore into another database (--create-database makes one), ' +
        'or pass --allow-non-empty.',
    },
  )
}

// Without what belongs to an extension: an empty database may have some from its template.
const objectsSql = `
WITH objects (catalog, oid, namespace, name, rank) AS (
  SELECT 'pg_class'::regclass, oid, relnamespace, relname::text, 1
  FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'pg_proc'::regclass, oid, pronamespace, proname || '()', 2 FROM pg_proc
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, typnamespace, typname || ' (type)', 3
  FROM pg_type t LEFT JOIN pg_class c ON c.oid = typrelid
  WHERE typtype IN ('e', 'd', 'r') OR c.relkind = 'c'
), found AS (
  SELECT nspname || '.' || name AS name, rank FROM objects JOIN pg_namespace n ON n.oid = namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = catalog AND d.objid = objects.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 'large object ' || oid, 4 FROM pg_largeobject_metadata
)
SELECT name FROM found ORDER BY rank, name LIMIT ${shownObjects + 1}`
