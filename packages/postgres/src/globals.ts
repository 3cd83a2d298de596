import { formatKeywords } from './address-keywords.ts'
import { type Address, parameterOf } from './address.ts'
import type { Session } from './session.ts'

/** Only a superuser may, by default; without, pg_dumpall must not even try. */
export async function mayReadRolePasswords(session: Session): Promise<boolean> {
  const [row] = await session.query<{ may: boolean }>(
    `SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS may`,
  )
  return row?.may === true
}

/** pg_dumpall's arguments, without the connection. It would connect to `postgres`, which not every user may. */
export function globalsArguments(address: Address, withPasswords: boolean): string[] {
  const name = parameterOf(address, 'dbname')
  return [
    '--globals-only',
    '--no-password',
    ...(withPasswords ? [] : ['--no-role-passwords']),
    ...(name === undefined ? [] : [`--database=${formatKeywords({ dbname: name })}`]),
  ]
}
