import { backupsIn, damageIn, type KnownWhole, wrongObjectsIn } from './stored.ts'
import { differences, noTraces, processesLeft, tracesOf } from './traces.ts'
import type { Workplace } from './workplace.ts'

const knownWhole = new WeakMap<Workplace, KnownWhole>()

/** What is not as it should be after a run was killed: whatever is listed is whole, and nothing goes on. */
export async function problemsAfterKill(lane: Workplace, when: string): Promise<string[]> {
  const processes = await processesLeft(lane)
  const sessions = await lane.leftConnected()
  const known: KnownWhole = knownWhole.get(lane) ?? new Map()
  knownWhole.set(lane, known)
  const damage = await wrongObjectsIn(lane.shelf, known)
  return differences(when, { damage, processes, sessions }, { damage: [], processes: [], sessions: [] })
}

/** Makes one run that nobody disturbs. What is not as it should be afterwards: all that was left before it is gone. */
export async function problemsAfterGoodRun(lane: Workplace): Promise<string[]> {
  const { exitCode, stderr } = await lane.run(['backup', '--quiet'])
  const [newest, ...older] = await backupsIn(lane.shelf)
  const { backups: _, data: __, ...left } = noTraces
  return differences(
    'after a good run',
    {
      exitCode,
      stderr,
      newest: newest?.verification,
      unexpected: older.filter(({ verification }) => !['archive', 'unverified'].includes(verification)),
      damage: await damageIn(lane.shelf),
      ...(await tracesOf(lane)),
    },
    { exitCode: 0, stderr: '', newest: 'archive', unexpected: [], damage: [], ...left },
  )
}
