import { expect, test } from 'vitest'
import { simulateYear, type SimulatedJob } from './year.test.support.ts'

const minuteMs = 60_000

test.each([1, 2])(
  'a year, seed %i: what was due ran once, what was missed was made up once',
  async (seed) => {
    const { jobs, restarts, killedRuns } = await simulateYear(seed)
    expect(restarts).toBeGreaterThan(30)
    expect(killedRuns).toBeGreaterThan(15)
    for (const { job, runs, uncovered } of jobs) {
      const starts = runs.map(({ startedAt }) => startedAt)
      // A run that is for no time would be one too many; and later ones start later, also by a clock that went back.
      const forNothing = runs.filter(({ covers }) => covers.length === 0)
      expect({ job, uncovered, forNothing, starts }).toEqual({
        job,
        uncovered: [],
        forNothing: [],
        starts: starts.toSorted((one, other) => one - other),
      })
    }
    if (process.env['HOLDFAST_SHOW'] !== undefined) show(seed, jobs, restarts, killedRuns)
  },
)

/** The table of a year: HOLDFAST_SHOW=1 prints it. */
function show(seed: number, jobs: readonly SimulatedJob[], restarts: number, killedRuns: number): void {
  const rows = jobs.map(({ job, due, runs }) => ({
    job,
    due,
    runs: runs.length,
    'on time': runs.filter(({ startedAt, covers: [first = 0] }) => startedAt - first < minuteMs).length,
    'made up': runs.filter(({ covers }) => covers.length > 1).length,
    'joined in them': runs.reduce((sum, { covers }) => sum + covers.length - 1, 0),
    twice: runs.filter(({ covers }) => covers.length === 0).length,
  }))
  console.log(`seed ${seed}: ${restarts} restarts, ${killedRuns} runs killed`)
  console.table(rows)
}
