import { HoldfastError } from '@holdfast/plugin'
import { quoteLiteral } from './quote.ts'

/** A psql pattern as regular expressions for the server; without a schema it means visible tables only. */
export interface NamePattern {
  text: string
  schema: string | undefined
  name: string
}

/**
 * Reads a pattern as pg_dump --table does: `*` and `?` are wildcards, a dot separates the schema, double quotes keep
 * case and special characters, other characters of regular expressions mean what they mean.
 * Source: "Patterns" in the documentation of psql.
 */
export function parsePattern(text: string): NamePattern {
  const parts = ['']
  let quoted = false
  const add = (piece: string) => {
    parts[parts.length - 1] += piece
  }
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (character === '"') {
      if (quoted && text[index + 1] === '"') {
        add('"')
        index += 1
      } else quoted = !quoted
    } else if (quoted) add(/[|*+?()[\]{}.^$\\]/.test(character) ? `\\${character}` : character)
    else if (character === '*') add('.*')
    else if (character === '?') add('.')
    else if (character === '.') parts.push('')
    else if (character === '$') add('\\$')
    else add(/[A-Z]/.test(character) ? character.toLowerCase() : character)
  }
  const [schema, name] = parts.length === 1 ? [undefined, parts[0]] : parts
  if (quoted || parts.length > 2 || !name) {
    throw new HoldfastError(
      'DATABASE_TABLE_NOT_FOUND',
      `The table pattern ${JSON.stringify(text)} can not be read.`,
      {
        hint: 'Write it as table or schema.table; * and ? are wildcards, double quotes keep upper case and dots.',
      },
    )
  }
  return { text, schema, name }
}

/** An SQL condition on `c` of pg_class and `n` of pg_namespace. `searchPath` decides what is visible. */
export function patternCondition(pattern: NamePattern, searchPath: readonly string[]): string {
  const matches = (column: string, expression: string) =>
    `${column}::text COLLATE pg_catalog."default" ~ ${quoteLiteral(`^(${expression})$`)}`
  const name = matches('c.relname', pattern.name)
  if (pattern.schema !== undefined) return `(${name} AND ${matches('n.nspname', pattern.schema)})`
  const path = `ARRAY[${searchPath.map(quoteLiteral).join(', ')}]::name[]`
  return `(${name} AND n.nspname = ANY (${path}) AND NOT EXISTS (
    SELECT FROM pg_class nearer JOIN pg_namespace place ON place.oid = nearer.relnamespace
    WHERE nearer.relname = c.relname
      AND array_position(${path}, place.nspname) < array_position(${path}, n.nspname)))`
}
