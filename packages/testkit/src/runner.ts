/** A runner gives its test a context of its own; where that has `skip`, what a case has nothing to say of is skipped. */
export type RunTest = (...runner: unknown[]) => Promise<void>

/** Thrown by a case that has nothing to say of what is tested. */
export class Skipped extends Error {}

/** What came of a case. */
export type Outcome =
  | { status: 'passed' }
  | { status: 'skipped'; reason: string }
  /** With what happened in one sentence, and what was thrown. */
  | { status: 'failed'; what: string; error: unknown }

export function canSkip(runner: unknown): runner is { skip: (reason: string) => void } {
  // Vitest's is a function, node:test's an object.
  if ((typeof runner !== 'object' && typeof runner !== 'function') || runner === null) return false
  return 'skip' in runner && typeof runner.skip === 'function'
}
