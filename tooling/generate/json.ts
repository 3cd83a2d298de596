/** A JSON Schema, or any other JSON object. */
export type JsonObject = Record<string, unknown>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at a path of keys; fails where there is none, so that nothing is left out quietly. */
export function objectAt(value: unknown, ...path: string[]): JsonObject {
  const found = path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value)
  if (!isObject(found)) throw new TypeError(`no object at ${path.join('.')}`)
  return found
}
