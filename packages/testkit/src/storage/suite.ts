import { canSkip, type RunTest } from '../runner.ts'
import type { StorageCapabilities, StorageCase, StorageUnderTest } from './case.ts'
import { storageCases } from './cases.ts'
import { runCase } from './run-case.ts'

export interface StorageSuiteOptions {
  /** Of any runner: Vitest, node:test, Jest, Mocha, Bun. */
  it: (name: string, test: RunTest, timeoutMs?: number) => unknown
  /** Groups the cases by topic, where it is given. */
  describe?: (name: string, tests: () => void) => unknown
  /** Makes an empty storage that nothing else uses. Called once for each case. */
  create: () => StorageUnderTest | Promise<StorageUnderTest>
  capabilities?: StorageCapabilities
  /** How long one case may take, in milliseconds. Default 60,000. */
  timeoutMs?: number
}

/** Declares a test for every promise of a storage. */
export function storageSuite({
  it,
  describe = (_topic, tests) => tests(),
  create,
  capabilities = {},
  timeoutMs = 60_000,
}: StorageSuiteOptions): void {
  for (const [topic, cases] of Map.groupBy(storageCases, (one) => one.topic)) {
    describe(topic, () => {
      for (const one of cases) {
        const test: RunTest = (...runner) => runAsTest(one, { create, capabilities, timeoutMs }, runner[0])
        // The runner's own limit comes a little later than the one that can say what took so long.
        it(`${one.name}: ${one.promise}`, test, timeoutMs + 5000)
      }
    })
  }
}

async function runAsTest(
  one: StorageCase,
  { create, ...options }: Required<Pick<StorageSuiteOptions, 'create' | 'capabilities' | 'timeoutMs'>>,
  runner: unknown,
): Promise<void> {
  const subject = await create()
  try {
    const outcome = await runCase(one, subject, { ...options, signal: new AbortController().signal })
    if (outcome.status === 'failed') throw new Error(outcome.what, { cause: outcome.error })
    if (outcome.status === 'skipped' && canSkip(runner)) runner.skip(outcome.reason)
  } finally {
    await subject.cleanup?.()
  }
}
