import { mapLeaves } from './tree.ts'
import type { ConfigPath } from './types.ts'

/**
 * Variables are text. Where something else was expected of them and they read like a number, true or false, that is
 * what they become. Undefined when there is nothing to change.
 */
export function withTypedVariables(
  value: unknown,
  paths: readonly ConfigPath[],
): { value: unknown } | undefined {
  const wanted = new Set(paths.map((path) => JSON.stringify(path)))
  let changed = false
  const typedValue = mapLeaves(value, ({ path, value: leaf }) => {
    if (typeof leaf !== 'string' || !wanted.has(JSON.stringify(path))) return leaf
    const typedLeaf = typed(leaf)
    changed ||= typedLeaf !== leaf
    return typedLeaf
  })
  return changed ? { value: typedValue } : undefined
}

function typed(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? Number(text) : text
}
