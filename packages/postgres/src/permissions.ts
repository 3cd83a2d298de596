import { type BackupKind, HoldfastError } from '@holdfast/plugin'
import type { LargeObjects } from './large-objects.ts'
import { listed, nameOf } from './names.ts'
import { quoteIdentifier } from './quote.ts'
import type { Relation } from './relations.ts'
import type { Selection } from './selection.ts'

const shown = 20

/** Throws for whatever pg_dump would stop at, or be shown less of, because of who is asking. */
export function requireReadable(
  selection: Selection,
  largeObjects: LargeObjects,
  request: { kind: BackupKind; user: string; serverMajor: number },
): void {
  const { kind, user, serverMajor } = request
  const sequences = kind === 'schema' ? [] : selection.sequences
  const relations = [...selection.locked, ...sequences]
  const schemas = [
    ...new Set(relations.filter(({ mayUseSchema }) => !mayUseSchema).map(({ schema }) => schema)),
  ]
  const refused = relations.filter(({ maySelect }) => !maySelect)
  const unreadableObjects = kind === 'schema' ? 0 : largeObjects.unreadable
  if (schemas.length > 0 || refused.length > 0 || unreadableObjects > 0) {
    const parts = [
      schemas.length > 0 ? `has no USAGE on the schemas ${listed(schemas)}` : '',
      refused.length > 0 ? `may not SELECT from ${listed(refused.map(nameOf))}` : '',
      unreadableObjects > 0 ? `may not read ${unreadableObjects} large objects` : '',
    ].filter((part) => part !== '')
    throw new HoldfastError('DATABASE_PERMISSION', `The user ${user} ${parts.join(', and ')}.`, {
      hint: permissionHint(user, schemas, refused, unreadableObjects, serverMajor),
    })
  }
  const hidden = kind === 'schema' ? [] : selection.tables.filter(({ isRowSecured }) => isRowSecured)
  if (hidden.length > 0) {
    throw new HoldfastError(
      'DATABASE_ROW_SECURITY',
      `Row-level security would hide rows of ${listed(hidden.map(nameOf))} from the user ${user}, so the dump would be short.`,
      {
        hint: `Back up as the owner of these tables (without FORCE ROW LEVEL SECURITY), or: ALTER ROLE ${quoteIdentifier(user)} BYPASSRLS.`,
      },
    )
  }
}

function permissionHint(
  user: string,
  schemas: readonly string[],
  refused: readonly Relation[],
  largeObjects: number,
  serverMajor: number,
): string {
  const role = quoteIdentifier(user)
  const grants = [
    ...schemas
      .slice(0, shown)
      .map((schema) => `GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${role};`),
    ...refused
      .slice(0, shown)
      .map(
        ({ kind, schema, name }) =>
          `GRANT SELECT ON ${kind === 'S' ? 'SEQUENCE' : 'TABLE'} ${quoteIdentifier(schema)}.${quoteIdentifier(name)} TO ${role};`,
      ),
  ]
  const everything =
    serverMajor >= 14
      ? `GRANT pg_read_all_data TO ${role}; covers every table and sequence (the hashes of passwords too). Or: `
      : ''
  const objects =
    largeObjects > 0
      ? ' Large objects are readable to their owner, a superuser, and whom GRANT SELECT ON LARGE OBJECT names.'
      : ''
  return `${grants.length > 0 ? everything + grants.join(' ') : ''}${objects} Or exclude what the dump can do without.`.trim()
}
