import type { Manifest, Verdict } from '@holdfast/plugin'
import type { KnownCopy } from './known.ts'

/** What the copies of one job in one storage add up to. */
export interface StorageFacts {
  /** How many there are. */
  verified: number
  unverified: number
  suspect: number
  bad: number
  /** Everything that the readable manifests list. */
  bytes: number
  /** When the newest one was started that is neither bad nor suspect. */
  lastSuccessAt?: Date
  /** When the newest one was started that a verifier has seen whole, and that is not suspect. */
  lastVerifiedAt?: Date
  /** When a verifier last looked at any of them. */
  lastVerificationAt?: Date
  newest?: NewestFacts
}

export interface NewestFacts {
  /** What is stored, encoded. */
  bytes: number
  /** Before compression. */
  rawBytes: number
  tables: number
  rows?: number
  suspect: boolean
  verdicts: readonly Verdict[]
  /** The median of what is stored of the ten good ones before it; absent where fewer than three are comparable. */
  typicalBytes?: number
}

const good: readonly string[] = ['restored', 'archive', 'stored', 'attested']
const bad: readonly string[] = ['failed', 'invalid']

/** Looks at the copies that one storage has of one job, in any order. */
export function storageFacts(copies: readonly KnownCopy[]): StorageFacts {
  const newestFirst = copies.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
  const states = newestFirst.map((copy) => ({ copy, state: stateOf(copy) }))
  const count = (wanted: State): number => states.filter(({ state }) => state === wanted).length
  const lastSuccess = states.find(({ state }) => state === 'verified' || state === 'unverified')?.copy
  const lastVerified = states.find(({ state }) => state === 'verified')?.copy
  const lastVerificationAt = newestOf(newestFirst.map(({ verifiedAt }) => verifiedAt))
  const newest = newestFacts(newestFirst)
  return {
    verified: count('verified'),
    unverified: count('unverified'),
    suspect: count('suspect'),
    bad: count('bad'),
    bytes: sum(newestFirst.map(({ manifest }) => (manifest === undefined ? 0 : storedBytes(manifest)))),
    ...(lastSuccess !== undefined && { lastSuccessAt: lastSuccess.startedAt }),
    ...(lastVerified !== undefined && { lastVerifiedAt: lastVerified.startedAt }),
    ...(lastVerificationAt !== undefined && { lastVerificationAt }),
    ...(newest !== undefined && { newest }),
  }
}

type State = 'verified' | 'unverified' | 'suspect' | 'bad'

function stateOf({ verification, suspect }: KnownCopy): State {
  if (bad.includes(verification)) return 'bad'
  if (suspect) return 'suspect'
  return good.includes(verification) ? 'verified' : 'unverified'
}

/** Of the newest copy with a readable manifest. */
function newestFacts(newestFirst: readonly KnownCopy[]): NewestFacts | undefined {
  const index = newestFirst.findIndex(({ manifest }) => manifest !== undefined)
  const copy = newestFirst[index]
  if (copy?.manifest === undefined) return undefined
  const { manifest } = copy
  const typicalBytes = copy.accepted ? undefined : typicalOf(manifest, newestFirst.slice(index + 1))
  return {
    bytes: storedBytes(manifest),
    rawBytes: manifest.rawBytes,
    tables: manifest.tables.length,
    ...(manifest.rows !== undefined && { rows: manifest.rows }),
    suspect: copy.suspect,
    verdicts: copy.verdicts,
    ...(typicalBytes !== undefined && { typicalBytes }),
  }
}

const mostComparable = 10
const fewestComparable = 3

/** Good ones of the same kind and tables, back to the one that somebody accepted as the new measure. */
function typicalOf(like: Manifest, earlier: readonly KnownCopy[]): number | undefined {
  const sizes: number[] = []
  for (const copy of earlier) {
    if (copy.manifest === undefined || likeness(copy.manifest) !== likeness(like)) continue
    if (stateOf(copy) === 'bad' || stateOf(copy) === 'suspect') continue
    sizes.push(storedBytes(copy.manifest))
    if (copy.accepted || sizes.length === mostComparable) break
  }
  return sizes.length < fewestComparable ? undefined : median(sizes)
}

function likeness({ kind, selection }: Manifest): string {
  return JSON.stringify([kind, selection.include.toSorted(), selection.exclude.toSorted()])
}

function storedBytes({ objects }: Manifest): number {
  return sum(objects.map(({ bytes }) => bytes))
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? 0
  const high = sorted[Math.floor(middle)] ?? 0
  return (low + high) / 2
}

function newestOf(moments: readonly (Date | undefined)[]): Date | undefined {
  const known = moments.filter((moment) => moment !== undefined).map((moment) => moment.getTime())
  return known.length === 0 ? undefined : new Date(Math.max(...known))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
