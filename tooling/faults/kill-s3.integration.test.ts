import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { problemsAfterGoodRun, problemsAfterKill } from './aftermath.ts'
import { bucketShelf, type BucketShelf } from './bucket-shelf.ts'
import type { Running } from './holdfast.ts'
import { watch } from './moments.ts'
import { startS3, type S3Server } from './s3-server.ts'
import { damageIn } from './stored.ts'
import { differences, noTraces, tracesOf } from './traces.ts'
import { inLanes, tries } from './tries.ts'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

const times = tries({ usually: 50, full: 200 })
const seconds = tries({ usually: 900, full: 3600 })
const killedInARow = 5
const promisedMs = 10_000

let server: S3Server
type Lane = Workplace & { shelf: BucketShelf }

const lanes: Lane[] = []
/** From the first byte of the dump to the end of its upload, in a run that nobody disturbs, in milliseconds. */
let uploadMs: number

beforeAll(async () => {
  server = await startS3()
  for (const number of [1, 2]) {
    const elsewhere = bucketShelf(server, `kill-${number}`)
    const template = lanes[0]?.database
    const lane = await createWorkplace(inject('postgresUrl'), 'kill_s3', {
      elsewhere,
      ...(template !== undefined && { template }),
    })
    lanes.push({ ...lane, shelf: elsewhere })
    // Of several parts, each as small as S3 has them.
    if (template === undefined) await fill(lane.database, { megabytes: 25 })
    const options = { ...elsewhere.options, partBytes: 5 << 20 }
    const storage = { use: 's3', options, retention: { last: 2 } }
    await lane.configure({ jobs: { shop: { database: '${DATABASE_URL}', storages: [storage] } } })
  }
  uploadMs = Math.max(...(await Promise.all(lanes.map(measureUpload))))
})

afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.remove()))
  await server.stop()
})

async function measureUpload(lane: Lane): Promise<number> {
  const before = await lane.shelf.unfinished()
  const running = lane.start(['backup', '--quiet'])
  await watch(lane, running).reach('snapshot')
  const since = performance.now()
  await uploading(lane.shelf, running, before)
  while ((await lane.shelf.unfinished()).some((file) => !before.includes(file))) await sleep(5)
  const measuredMs = performance.now() - since
  await running.outcome
  return measuredMs
}

describe('SIGKILL', () => {
  it(
    `leaves whole backups only, and no part of another after the next run, at ${times} random moments`,
    async () => {
      const problems: string[] = []
      let killed = 0
      let interrupted = 0
      await inLanes(lanes, Math.ceil(times / killedInARow), async (lane) => {
        for (let inARow = 0; inARow < killedInARow;) {
          const found = await killOnce(lane, Math.random() * uploadMs)
          if (found === undefined) continue
          inARow += 1
          killed += 1
          problems.push(...found)
          if ((await lane.shelf.unfinished()).length > 0) interrupted += 1
        }
        problems.push(...(await problemsAfterGoodRun(lane)))
      })
      expect(problems).toEqual([])
      expect(killed).toBeGreaterThanOrEqual(times)
      // Or no upload was met, and nothing was shown.
      expect(interrupted).toBeGreaterThan(times / 4)
    },
    seconds * 1000,
  )
})

/** What was not as it should be afterwards; undefined when the run had ended before it could be killed. */
async function killOnce(lane: Workplace, afterMs: number): Promise<string[] | undefined> {
  const running = lane.start(['backup', '--quiet'])
  await watch(lane, running).reach('snapshot')
  await sleep(afterMs)
  running.signal('SIGKILL')
  const { exitCode, signal, stderr } = await running.outcome
  const when = `killed ${afterMs.toFixed(1)} ms after the dump had begun`
  if (signal === 'SIGKILL') return problemsAfterKill(lane, when)
  return exitCode === 0 ? undefined : [`${when}: ended with ${exitCode} before: ${stderr}`]
}

describe.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s', (name, expected) => {
  it('during an upload ends it in time, with nothing left behind', async () => {
    const [lane] = lanes as [(typeof lanes)[number]]
    const { shelf } = lane
    const before = await shelf.unfinished()
    const problems: string[] = []
    let interrupted = 0
    for (let attempt = 0; interrupted < 5 && attempt < 20; attempt++) {
      const running = lane.start(['backup', '--json'])
      await uploading(shelf, running, before)
      await sleep(attempt * 20)
      const since = performance.now()
      running.signal(name)
      const { exitCode, stdout } = await running.outcome
      const { status, backup } = reportOf({ stdout })
      // What comes too late to stop it finds a backup that is whole.
      if (backup !== undefined) continue
      interrupted += 1
      const when = `${name} ${attempt * 20} ms into the upload`
      const inTime = performance.now() - since < promisedMs
      const { backups: _, data: __, ...left } = noTraces
      const facts = { exitCode, status, inTime, ...(await tracesOf(lane)) }
      const expectedFacts = { exitCode: expected, status: 'cancelled', inTime: true, ...left } as const
      problems.push(...differences(when, facts, expectedFacts))
    }
    expect(problems).toEqual([])
    expect(interrupted).toBe(5)
    expect(await damageIn(lane.shelf)).toEqual([])
  })
})

/** Waits until this run has an upload under way, or has ended. */
async function uploading(shelf: BucketShelf, running: Running, before: readonly string[]): Promise<void> {
  let over = false
  void running.outcome.finally(() => (over = true))
  while (!over) {
    if ((await shelf.unfinished()).some((file) => !before.includes(file))) return
    await sleep(5)
  }
}
