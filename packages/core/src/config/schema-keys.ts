import { suggest } from './suggest.ts'
import { isRecord } from './tree.ts'
import type { ConfigPath } from './types.ts'

/** A JSON Schema as far as it is read here: properties, items, additionalProperties and alternatives. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** True where a mapping at this path has fixed keys and the last part of the path is none of them. */
export function isUnknownKey(schema: JsonSchema, path: ConfigPath): boolean {
  const key = path.at(-1)
  const keys = keysAt(schema, path.slice(0, -1))
  return typeof key === 'string' && keys.length > 0 && !keys.includes(key)
}

/** The places where a key is known, as `jobs.*.storages[].retention`. */
function placesOfKey(schema: JsonSchema, key: string, at = ''): string[] {
  const found = alternatives(schema).flatMap(({ properties, items, additionalProperties }) => [
    ...Object.entries(isRecord(properties) ? properties : {}).flatMap(([name, inner]) => {
      const place = at === '' ? name : `${at}.${name}`
      return [...(name === key ? [place] : []), ...(isRecord(inner) ? placesOfKey(inner, key, place) : [])]
    }),
    ...(isRecord(items) ? placesOfKey(items, key, `${at}[]`) : []),
    ...(isRecord(additionalProperties) ? placesOfKey(additionalProperties, key, `${at}.*`) : []),
  ])
  return [...new Set(found)]
}

function keysAt(schema: JsonSchema, path: ConfigPath): string[] {
  const here = path.reduce<JsonSchema[]>(
    (schemas, part) => schemas.flatMap((inner) => step(inner, part)),
    [schema],
  )
  return here
    .flatMap(alternatives)
    .flatMap(({ properties }) => (isRecord(properties) ? Object.keys(properties) : []))
}

function step(schema: JsonSchema, part: string | number): JsonSchema[] {
  return alternatives(schema).flatMap(({ properties, items, additionalProperties }) => {
    const known = isRecord(properties) ? properties[part] : undefined
    const inner = typeof part === 'number' ? items : (known ?? additionalProperties)
    return isRecord(inner) ? [inner] : []
  })
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  const inner = [schema['anyOf'], schema['oneOf'], schema['allOf']].flatMap((list): unknown[] =>
    Array.isArray(list) ? list : [],
  )
  return [schema, ...inner.filter(isRecord).flatMap(alternatives)]
}

/** Says what is wrong with a key that a schema does not allow at this path. */
export function unknownKey(schema: JsonSchema, path: ConfigPath): { message: string; suggestion?: string } {
  const key = String(path.at(-1))
  const keys = keysAt(schema, path.slice(0, -1))
  if (keys.includes(key)) return { message: 'does not go with the other keys here' }
  const suggestion = suggest(key, keys)
  if (suggestion !== undefined) return { message: 'is not a known key', suggestion }
  const [elsewhere] = placesOfKey(schema, key)
  if (elsewhere !== undefined) return { message: `is not a known key here; it belongs at ${elsewhere}` }
  return { message: `is not a known key; known are ${keys.join(', ')}` }
}
