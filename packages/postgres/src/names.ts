import type { Relation } from './relations.ts'

const shown = 20

/** `schema.name`, as manifests and messages have it. */
export function nameOf(relation: Pick<Relation, 'schema' | 'name'>): string {
  return `${relation.schema}.${relation.name}`
}

/** The first names of a list, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length - shown
  return names.slice(0, shown).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
