import type { DumpRequest } from '@holdfast/plugin'
import type { Session } from './session.ts'

export interface LargeObjects {
  count: number
  /** How many of them this user may not read. */
  unreadable: number
  /** On disk, in bytes. */
  bytes: number
}

/** Counts the database's large objects, all of them. */
export async function readLargeObjects(session: Session): Promise<LargeObjects> {
  const [row] = await session.query<LargeObjects>(
    `SELECT count(*) AS count,
       count(*) FILTER (WHERE NOT (
         u.super OR pg_has_role(lomowner, 'USAGE') OR EXISTS (
           SELECT FROM aclexplode(lomacl) a WHERE a.privilege_type = 'SELECT'
             AND CASE WHEN a.grantee = 0 THEN true ELSE pg_has_role(a.grantee, 'USAGE') END))) AS unreadable,
       pg_table_size('pg_catalog.pg_largeobject') AS bytes
     FROM pg_largeobject_metadata, (SELECT current_setting('is_superuser') = 'on' AS super) u`,
  )
  return row ?? { count: 0, unreadable: 0, bytes: 0 }
}

/** pg_dump leaves large objects out of dumps of chosen tables and of definitions only. */
export function dumpsLargeObjects(request: Pick<DumpRequest, 'kind' | 'tables'>): boolean {
  return request.kind !== 'schema' && request.tables.include.length === 0
}
