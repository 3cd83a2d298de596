import { HoldfastError, type RestoreRequest } from '@holdfast/plugin'

/** What pg_restore is asked to bring back, without the connection. */
export function restoreArguments(request: RestoreRequest): string[] {
  return [
    ...(request.ownership ? [] : ['--no-owner', '--no-privileges']),
    ...(request.part === 'all' ? [] : [request.part === 'schema' ? '--schema-only' : '--data-only']),
    ...tableArguments(request.tables),
  ]
}

/**
 * pg_restore takes schemas and names apart and restores every combination, so tables are refused whose combinations
 * are more than was asked for. With --strict-names a table that is not in the dump is an error.
 */
function tableArguments(tables: readonly string[]): string[] {
  if (tables.length === 0) return []
  const chosen = tables.map(splitName)
  const schemas = new Set(chosen.map(({ schema }) => schema))
  const names = new Set(chosen.map(({ name }) => name))
  const combinations = new Set(chosen.map(({ schema, name }) => JSON.stringify([schema, name])))
  if (combinations.size !== schemas.size * names.size || (schemas.has(undefined) && schemas.size > 1)) {
    throw new HoldfastError(
      'USAGE_INVALID',
      `pg_restore can not choose these tables in one go: ${tables.join(', ')}.`,
      { hint: 'Restore the tables of one schema at a time.' },
    )
  }
  return [
    '--strict-names',
    ...[...schemas].flatMap((schema) => (schema === undefined ? [] : [`--schema=${schema}`])),
    ...[...names].map((name) => `--table=${name}`),
  ]
}

function splitName(text: string): { schema: string | undefined; name: string } {
  const dot = text.indexOf('.')
  return { schema: dot < 0 ? undefined : text.slice(0, dot), name: text.slice(dot + 1) }
}

/** Plain SQL is restored whole or not at all. */
export function refuseParts(request: RestoreRequest): void {
  if (request.tables.length === 0 && request.part === 'all') return
  throw new HoldfastError('USAGE_INVALID', 'A dump in plain format can only be restored as a whole.', {
    hint: 'Restore it into a scratch database and take from there what you need; dumps in custom format can be restored in part.',
  })
}
