import type { DumpRequest, Omission } from '@holdfast/plugin'
import type { LargeObjects } from './large-objects.ts'
import { dumpsLargeObjects } from './large-objects.ts'
import { nameOf } from './names.ts'
import type { Selection } from './selection.ts'
import type { Session } from './session.ts'

/** Everything of the source that a dump of this request does not hold, with where to get it instead. */
export async function listOmissions(
  session: Session,
  request: DumpRequest,
  selection: Selection,
  largeObjects: LargeObjects,
): Promise<Omission[]> {
  const { kind } = request
  const hasRows = kind !== 'schema'
  const configuration = selection.extensionTables.filter(({ isConfiguration }) => isConfiguration)
  const plain = selection.extensionTables.filter(({ isConfiguration }) => !isConfiguration)
  const omissions: Omission[] = [
    {
      what: 'rows of foreign tables',
      reason: 'They live in another server; back that one up.',
      items: hasRows ? selection.foreignTables.map(nameOf) : [],
    },
    {
      what: 'rows of tables that belong to extensions',
      reason: 'CREATE EXTENSION makes these tables anew; what was added to them since is not in the dump.',
      items: hasRows ? plain.map(nameOf) : [],
    },
    {
      what: "rows of extensions' configuration tables that came with the extension",
      reason:
        'Only the rows that the extension marks as yours are in the dump; CREATE EXTENSION brings the others.',
      items: hasRows ? configuration.map(nameOf) : [],
    },
    {
      what: 'rows of unlogged tables',
      reason: 'The server is a standby, which does not have them; back up the primary to get them.',
      items: hasRows ? selection.unreadableUnlogged.map(nameOf) : [],
    },
    {
      what: 'tables that inherit from a chosen one',
      reason: 'They were not chosen; add them to the patterns to have their rows too.',
      items: request.tables.include.length > 0 ? selection.heirs.map(nameOf) : [],
    },
    {
      what: 'large objects',
      reason: 'A dump of chosen tables has none; a full dump has them all.',
      items:
        hasRows && !dumpsLargeObjects(request) && largeObjects.count > 0
          ? [`${largeObjects.count} large objects`]
          : [],
    },
    {
      what: request.format === 'plain' ? 'owners and grants' : 'grants',
      reason:
        request.format === 'plain'
          ? 'The dump was made with --no-owner --no-privileges; set `ownership` to keep them.'
          : 'The dump was made with --no-privileges; set `ownership` to keep them. It names owners, which a restore leaves out unless asked.',
      items: request.ownership || kind === 'data' ? [] : ['every object'],
    },
    ...(await aroundTheDatabase(session, request)),
  ]
  return omissions.filter(({ items }) => items.length > 0)
}

/** What belongs to the server or to the database as a whole, which pg_dump without --create leaves out. */
async function aroundTheDatabase(session: Session, request: DumpRequest): Promise<Omission[]> {
  const [row] = await session.query<{ settings: string[]; grants: boolean; roles: number }>(
    `SELECT d.datacl IS NOT NULL AS grants, (SELECT count(*) FROM pg_roles WHERE rolname !~ '^pg_') AS roles,
       ARRAY(
         SELECT CASE WHEN s.setrole = 0 THEN '' ELSE pg_get_userbyid(s.setrole) || ': ' END || split_part(setting, '=', 1)
         FROM pg_db_role_setting s, unnest(s.setconfig) AS setting WHERE s.setdatabase = d.oid ORDER BY 1
       ) AS settings
     FROM pg_database d WHERE d.datname = current_database()`,
  )
  return [
    {
      what: 'settings of the database',
      reason:
        'They were made with ALTER DATABASE … SET or ALTER ROLE … IN DATABASE … SET; \\drds in psql shows them.',
      items: row?.settings ?? [],
    },
    {
      what: 'grants on the database',
      reason: 'They were made with GRANT … ON DATABASE; \\l in psql shows them.',
      items: row?.grants === true ? ['the database itself'] : [],
    },
    {
      what: 'roles and tablespaces',
      reason: 'They belong to the server; a full backup with `globals` has them beside the dump.',
      items: request.globals ? [] : [`${row?.roles ?? 0} roles`],
    },
    {
      what: 'settings of the server',
      reason: 'postgresql.conf, pg_hba.conf and ALTER SYSTEM belong to the server and are never in a dump.',
      items: ['postgresql.conf, pg_hba.conf'],
    },
  ]
}

/** Added when the roles were dumped without their passwords. */
export const rolePasswordsOmission: Omission = {
  what: 'passwords of roles',
  reason: 'Only a superuser can read them; set them anew after a restore, or back up as a superuser.',
  items: ['every role'],
}
