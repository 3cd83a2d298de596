import { HoldfastError } from '@holdfast/plugin'
import { parsePattern, patternCondition } from './pattern.ts'
import { sqlStateOf } from './server-error.ts'
import type { Session } from './session.ts'

/** Something with a name that pg_dump may dump, as the catalogue has it. */
export interface Relation {
  oid: number
  schema: string
  name: string
  /** pg_class.relkind: r table, p partitioned table, f foreign table, S sequence, v view, m materialized view. */
  kind: 'r' | 'p' | 'f' | 'S' | 'v' | 'm'
  unlogged: boolean
  /** The extension that owns it. */
  extension: string | null
  /** pg_dump dumps the rows of an extension's table that the extension declares as configuration. */
  isConfiguration: boolean
  /** The root of its partition tree, as an oid and as `schema.name`; its own for the root itself. */
  rootOid: number | null
  root: string | null
  /** For a sequence, the table whose column it feeds. */
  ownerTable: number | null
  /** Tables it inherits from, partitioned ones included. */
  parents: number[]
  mayUseSchema: boolean
  maySelect: boolean
  /** Row-level security would hide rows of it from this user. */
  isRowSecured: boolean
  /** This session holds an ACCESS SHARE lock on it. */
  isLocked: boolean
  /** Which of the patterns asked for match, one for one. */
  included: boolean[]
  excluded: boolean[]
}

/** What to look for. */
export interface TablePatterns {
  include: readonly string[]
  exclude: readonly string[]
}

/** Every relation outside the system's schemas. Takes no lock on any of them. */
export async function listRelations(session: Session, patterns: TablePatterns): Promise<Relation[]> {
  const conditions = (texts: readonly string[]) =>
    `ARRAY[${texts.map((text) => patternCondition(parsePattern(text), session.searchPath)).join(', ')}]::boolean[]`
  try {
    return await session.query<Relation>(
      relationsSql(conditions(patterns.include), conditions(patterns.exclude)),
    )
  } catch (error) {
    if (sqlStateOf(error) !== invalidRegularExpression) throw error
    throw new HoldfastError(
      'DATABASE_TABLE_NOT_FOUND',
      `A table pattern can not be read: ${[...patterns.include, ...patterns.exclude].join(', ')}.`,
      { hint: 'Put names with special characters into double quotes: public."odd(name".', cause: error },
    )
  }
}

const invalidRegularExpression = '2201B'

function relationsSql(included: string, excluded: string): string {
  return `
WITH RECURSIVE tree (oid, root) AS (
  SELECT oid, oid FROM pg_class WHERE relkind = 'p' AND NOT relispartition
  UNION ALL
  SELECT i.inhrelid, tree.root FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid
), locked AS (
  SELECT DISTINCT relation FROM pg_locks
  WHERE pid = pg_backend_pid() AND locktype = 'relation' AND mode = 'AccessShareLock' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
  c.relpersistence = 'u' AS unlogged,
  e.extname AS extension, coalesce(c.oid = ANY (e.extconfig), false) AS "isConfiguration",
  tree.root::int8 AS "rootOid", rn.nspname || '.' || r.relname AS root,
  CASE WHEN c.relkind = 'S' THEN (
    SELECT refobjid::int8 FROM pg_depend
    WHERE classid = 'pg_class'::regclass AND objid = c.oid AND refclassid = 'pg_class'::regclass
      AND deptype IN ('a', 'i') LIMIT 1) END AS "ownerTable",
  ARRAY(SELECT inhparent::int8 FROM pg_inherits WHERE inhrelid = c.oid) AS parents,
  coalesce(has_schema_privilege(n.oid, 'USAGE'), true) AS "mayUseSchema",
  coalesce(has_table_privilege(c.oid, 'SELECT'), true) AS "maySelect",
  c.relkind IN ('r', 'p') AND row_security_active(c.oid) AS "isRowSecured",
  locked.relation IS NOT NULL AS "isLocked",
  ${included} AS included, ${excluded} AS excluded
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
LEFT JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
LEFT JOIN tree ON tree.oid = c.oid
LEFT JOIN pg_class r ON r.oid = tree.root
LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN locked ON locked.relation = c.oid
WHERE c.relkind IN ('r', 'p', 'f', 'S', 'v', 'm')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname`
}
