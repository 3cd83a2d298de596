import { isObject, type JsonObject } from './json.ts'
import { code } from './table.ts'

/** A row for every key of a schema, those of mappings inside it too, except in `apart`. */
export function keyRows(schema: JsonObject, apart: readonly string[] = [], prefix = ''): string[][] {
  const { properties, required } = schema
  if (!isObject(properties)) return []
  const needed = new Set(Array.isArray(required) ? required : [])
  return Object.entries(properties).flatMap(([key, value]) => {
    if (!isObject(value)) throw new TypeError(`${prefix}${key} has no schema`)
    const { description } = value
    if (typeof description !== 'string') throw new TypeError(`${prefix}${key} has no description`)
    const row = [
      code(`${prefix}${key}`),
      typeOf(value),
      needed.has(key) ? 'needed' : defaultOf(value),
      description,
    ]
    return [row, ...(apart.includes(key) ? [] : keyRows(value, [], `${prefix}${key}.`))]
  })
}

function typeOf(schema: JsonObject): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => code(String(value))).join(', ')
  if ('const' in schema) return code(String(schema['const']))
  if (schema['type'] === 'array')
    return `list of ${isObject(schema['items']) ? typeOf(schema['items']) : 'anything'}`
  const choices = choicesOf(schema)
  if (choices.length === 0)
    return `${names[String(schema['type'])] ?? String(schema['type'])}${limits(schema)}`
  const keys = choices.flatMap(({ properties }) => (isObject(properties) ? Object.keys(properties) : []))
  const mapping = keys.length === 0 ? [] : [`mapping of ${[...new Set(keys)].map(code).join(', ')}`]
  return [...choices.filter(({ type }) => type !== 'object').map(typeOf), ...mapping].join(', or ')
}

function choicesOf(schema: JsonObject): JsonObject[] {
  const inner = [schema['anyOf'], schema['oneOf']].flatMap((list): unknown[] =>
    Array.isArray(list) ? list : [],
  )
  return inner.filter(isObject).flatMap((choice) => {
    const deeper = choicesOf(choice)
    return deeper.length === 0 ? [choice] : deeper
  })
}

const names: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: '`true` or `false`',
  object: 'mapping',
}

function limits({ type, minimum, exclusiveMinimum, maximum }: JsonObject): string {
  if (type === 'string' || type === 'boolean') return ''
  const from =
    typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? `${minimum} or more` : undefined
  const above = typeof exclusiveMinimum === 'number' ? `above ${exclusiveMinimum}` : undefined
  const to = typeof maximum === 'number' && maximum < 2 ** 31 - 1 ? `${maximum} at most` : undefined
  const said = [from, above, to].filter((limit) => limit !== undefined)
  return said.length === 0 ? '' : `, ${said.join(', ')}`
}

function defaultOf({ default: value }: JsonObject): string {
  if (value === '') return 'nothing'
  if (value === undefined || (isObject(value) && Object.keys(value).length === 0)) return ''
  return code(typeof value === 'string' ? value : JSON.stringify(value))
}
