import type { ConfigPath } from './types.ts'

/** A mapping as configurations have them; not an array, a Date, a Secret or an instance of anything. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

export interface Leaf {
  path: ConfigPath
  value: unknown
}

/** Everything in a value that is neither a mapping nor a list, in order. */
export function leaves(value: unknown, path: ConfigPath = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...path, index]))
  if (isRecord(value)) return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]))
  return [{ path, value }]
}

/** The same value with each leaf replaced by what `change` gives for it. */
export function mapLeaves(value: unknown, change: (leaf: Leaf) => unknown, path: ConfigPath = []): unknown {
  if (Array.isArray(value)) return value.map((item, index) => mapLeaves(item, change, [...path, index]))
  if (!isRecord(value)) return change({ path, value })
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapLeaves(item, change, [...path, key])]),
  )
}

/** What stands at a path; undefined where there is nothing. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((inner, part) => {
    if (Array.isArray(inner)) return inner[Number(part)]
    return isRecord(inner) && Object.hasOwn(inner, part) ? inner[String(part)] : undefined
  }, value)
}
