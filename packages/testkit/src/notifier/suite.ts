import { canSkip, type RunTest } from '../runner.ts'
import type { NotifierCapabilities, NotifierCase, NotifierUnderTest } from './case.ts'
import { notifierCases } from './cases.ts'
import { runNotifierCase } from './run-case.ts'

export interface NotifierSuiteOptions {
  /** Of any runner: Vitest, node:test, Jest, Mocha, Bun. */
  it: (name: string, test: RunTest, timeoutMs?: number) => unknown
  /** Groups the cases by topic, where it is given. */
  describe?: (name: string, tests: () => void) => unknown
  /** Makes a notifier and the service that it talks to. Called once for each case. */
  create: () => NotifierUnderTest | Promise<NotifierUnderTest>
  capabilities?: NotifierCapabilities
  /** How long one case may take, in milliseconds. Default 30,000. */
  timeoutMs?: number
}

/** Declares a test for every promise of a notifier. */
export function notifierSuite({
  it,
  describe = (_topic, tests) => tests(),
  create,
  capabilities = {},
  timeoutMs = 30_000,
}: NotifierSuiteOptions): void {
  for (const [topic, cases] of Map.groupBy(notifierCases, (one) => one.topic)) {
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
  one: NotifierCase,
  { create, ...options }: Required<Pick<NotifierSuiteOptions, 'create' | 'capabilities' | 'timeoutMs'>>,
  runner: unknown,
): Promise<void> {
  const subject = await create()
  try {
    const outcome = await runNotifierCase(one, subject, options)
    if (outcome.status === 'failed') throw new Error(outcome.what, { cause: outcome.error })
    if (outcome.status === 'skipped' && canSkip(runner)) runner.skip(outcome.reason)
  } finally {
    await subject.cleanup?.()
  }
}
