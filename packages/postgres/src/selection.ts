import type { BackupKind } from '@holdfast/plugin'
import type { Relation, TablePatterns } from './relations.ts'

/** What a dump of certain tables consists of, and what it leaves out. */
export interface Selection {
  /** Their rows are in the dump. */
  tables: Relation[]
  /** pg_dump locks them: the tables, and the roots of partitions. */
  locked: Relation[]
  /** Their values are in the dump. */
  sequences: Relation[]
  foreignTables: Relation[]
  extensionTables: Relation[]
  /** Unlogged tables have no rows on a standby. */
  unreadableUnlogged: Relation[]
  /** Not chosen, although they inherit from a chosen table; their rows show up in queries of that. */
  heirs: Relation[]
  /** The arguments by which pg_dump chooses the same. */
  arguments: string[]
  unmatchedIncludes: string[]
  unmatchedExcludes: string[]
}

// pg_dump --table takes `*` to mean the system's catalogues as well.
const systemTables = ['--exclude-table=pg_*.*', '--exclude-table=information_schema.*']

/**
 * Chooses as pg_dump does, with one difference: a partitioned table stands for all of its partitions, where pg_dump
 * --table would dump an empty root and exit 0.
 */
export function selectRelations(
  relations: readonly Relation[],
  request: { kind: BackupKind; tables: TablePatterns },
  isStandby: boolean,
): Selection {
  const { include, exclude } = request.tables
  const byOid = new Map(relations.map((relation) => [relation.oid, relation]))
  const lineage = (relation: Relation): Relation[] => [
    relation,
    ...partitionParents(relation, byOid).flatMap((parent) => lineage(parent)),
  ]
  const isMatched = (relation: Relation) => include.length === 0 || relation.included.includes(true)
  const isIncluded = (relation: Relation) => include.length === 0 || lineage(relation).some(isMatched)
  const isExcluded = (relation: Relation) => lineage(relation).some(({ excluded }) => excluded.includes(true))
  const isChosen = (relation: Relation) => isIncluded(relation) && !isExcluded(relation)

  const chosen = relations.filter((relation) => relation.extension === null && isChosen(relation))
  const chosenOids = new Set(chosen.map(({ oid }) => oid))
  const isUnreadable = (relation: Relation) => isStandby && relation.unlogged
  const ofKind = (...kinds: Relation['kind'][]) => chosen.filter(({ kind }) => kinds.includes(kind))
  const byLineageOnly = (matches: (relation: Relation) => boolean, picked: (relation: Relation) => boolean) =>
    relations
      .filter((relation) => relation.extension === null && picked(relation) && !matches(relation))
      .map(exactly)

  return {
    tables: ofKind('r').filter((table) => !isUnreadable(table)),
    locked: ofKind('r', 'p'),
    sequences: relations.filter(
      ({ kind, extension, oid, ownerTable }) =>
        kind === 'S' &&
        extension === null &&
        (chosenOids.has(oid) || (ownerTable !== null && chosenOids.has(ownerTable))),
    ),
    foreignTables: ofKind('f'),
    extensionTables: relations.filter(({ kind, extension }) => kind === 'r' && extension !== null),
    unreadableUnlogged: ofKind('r').filter(isUnreadable),
    heirs: relations.filter(
      (relation) =>
        relation.kind === 'r' &&
        !chosenOids.has(relation.oid) &&
        relation.parents.some((oid) => chosenOids.has(oid)),
    ),
    arguments: [
      ...include.map((pattern) => `--table=${pattern}`),
      ...byLineageOnly(isMatched, isIncluded).map((pattern) => `--table=${pattern}`),
      ...exclude.map((pattern) => `--exclude-table=${pattern}`),
      ...(include.length > 0 ? systemTables : []),
      ...byLineageOnly(({ excluded }) => excluded.includes(true), isExcluded).map(
        (pattern) => `--exclude-table=${pattern}`,
      ),
    ],
    unmatchedIncludes: include.filter((_, index) => !relations.some(({ included }) => included[index])),
    unmatchedExcludes: exclude.filter((_, index) => !relations.some(({ excluded }) => excluded[index])),
  }
}

// A partition has one parent; a table that merely inherits is a table of its own and has to be chosen itself.
function partitionParents(relation: Relation, byOid: ReadonlyMap<number, Relation>): Relation[] {
  if (relation.rootOid === null || relation.rootOid === relation.oid) return []
  return relation.parents.map((oid) => byOid.get(oid)).filter((parent) => parent !== undefined)
}

function exactly({ schema, name }: Relation): string {
  return [schema, name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.')
}
