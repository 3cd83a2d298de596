import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Pair,
} from 'yaml'
import type { Finding } from './problems.ts'
import type { ConfigPath, Position } from './types.ts'

/** What a text says, and where it says it. */
export interface Parsed {
  value: unknown
  positionOf: (path: ConfigPath, part: 'key' | 'value') => Position | undefined
  /** Why the text can't be used at all; the value means nothing then. */
  errors: (Position & { message: string })[]
  /** What can be read but not used. */
  findings: Finding[]
}

type Place = Record<'key' | 'value', Position>

/** Anchors can make a small file explode; no configuration is anywhere near this many values. */
const maxValues = 100_000

/** Reads YAML, of which JSON is a part. Everything wrong with the text is reported, with its line and column. */
export function parseText(text: string): Parsed {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const errors = [...document.errors, ...document.warnings].map((error) => ({
    ...at(error.pos[0]),
    message: sentences[error.code] ?? error.message,
  }))
  if (errors.length > 0) return { value: undefined, positionOf: () => undefined, errors, findings: [] }

  const places = new Map<string, Place>()
  const { value, findings } = read(document, places, at)
  return {
    value,
    findings,
    errors: [],
    positionOf: (path, part) => {
      for (let length = path.length; length > 0; length -= 1) {
        const place = places.get(JSON.stringify(path.slice(0, length)))
        // What is missing has no place of its own: the thing that it is missing from is pointed at.
        if (place !== undefined) return place[length === path.length ? part : 'key']
      }
      return undefined
    },
  }
}

const sentences: Partial<Record<string, string>> = {
  DUPLICATE_KEY: 'the same key twice in one mapping',
  MULTIPLE_DOCS: 'a second document begins here; a configuration is one document',
}

function read(
  document: Document.Parsed,
  places: Map<string, Place>,
  at: (offset: number) => Position,
): { value: unknown; findings: Finding[] } {
  const findings: Finding[] = []
  const open = new Set<unknown>()
  let values = 0

  const refuse = (path: ConfigPath, message: string): undefined => {
    findings.push({ path, message })
  }

  function valueOf(node: unknown, path: ConfigPath): unknown {
    values += 1
    if (values > maxValues) return values === maxValues + 1 ? refuse(path, 'is too large') : undefined
    if (isAlias(node)) {
      const target = node.resolve(document)
      if (target === undefined)
        return refuse(path, `refers to the anchor &${node.source}, which is not above it`)
      if (open.has(target)) return refuse(path, `refers to the anchor &${node.source}, which it is a part of`)
      return valueOf(target, path)
    }
    if (isScalar(node)) return scalar(node.value, path)
    open.add(node)
    try {
      if (isMap(node)) return Object.fromEntries(node.items.flatMap((pair) => entry(pair, path)))
      if (isSeq(node)) return node.items.map((item, index) => element(item, [...path, index]))
    } finally {
      open.delete(node)
    }
    return null
  }

  function scalar(value: unknown, path: ConfigPath): unknown {
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value
    return refuse(path, 'has a type that a configuration has no use for')
  }

  function entry(pair: Pair, path: ConfigPath): [string, unknown][] {
    const { key, value } = pair
    if (!isScalar(key)) return refuse(path, 'has a key that is not text') ?? []
    const name = key.source ?? String(key.value)
    const inner = [...path, name]
    const keyAt = at(key.range?.[0] ?? 0)
    const isLeaf = isScalar(value) && value.value !== null
    places.set(JSON.stringify(inner), {
      key: keyAt,
      value: isLeaf && value.range ? at(value.range[0]) : keyAt,
    })
    if (name === '__proto__') return refuse(inner, 'is not a usable key') ?? []
    return [[name, valueOf(value, inner)]]
  }

  function element(item: unknown, path: ConfigPath): unknown {
    const itemAt = at((isNode(item) && item.range?.[0]) || 0)
    places.set(JSON.stringify(path), { key: itemAt, value: itemAt })
    return valueOf(item, path)
  }

  return { value: valueOf(document.contents, []), findings }
}
