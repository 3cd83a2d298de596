import type { Running } from './holdfast.ts'
import { namesIn } from './names-in.ts'
import { childrenOf, lookFor, programUnder } from './processes.ts'
import type { Workplace } from './workplace.ts'

// What can be seen of a run from outside, in the order in which it comes.

type Look = (running: Running, files: () => string[]) => boolean

const looks = {
  connect: ({ pid }) => childrenOf(pid).some(({ name }) => name === 'psql'),
  snapshot: ({ pid }) => programUnder(pid, 'pg_dump') !== undefined,
  store: (_, files) => files().some((file) => /\.dump\.zst\.[0-9a-f]+\.partial$/.test(file)),
  roles: ({ pid }) => programUnder(pid, 'pg_dumpall') !== undefined,
  record: (_, files) => files().some((file) => file.endsWith('.sha256')),
  verify: (_, files) => files().some((file) => file.endsWith('.manifest.json')),
  retain: (_, files) => files().some((file) => /\.verdict-\w+\.json$/.test(file)),
  report: (_, files) => files().some((file) => file.endsWith('.report.json')),
} satisfies Record<string, Look>

export type Moment = keyof typeof looks

export const moments = Object.keys(looks) as readonly Moment[]

/** Watches a run: only what this run writes counts. */
export function watch(place: Workplace, running: Running): { reach(moment: Moment): Promise<void> } {
  const before = new Set(namesIn(place.backups))
  const files = (): string[] => namesIn(place.backups).filter((file) => !before.has(file))
  return {
    /** Waits until it gets there or ends. */
    reach: async (moment) => {
      await lookFor(() => (looks[moment](running, files) ? true : undefined), running.outcome)
    },
  }
}

/** How long each moment of an undisturbed run lasts until the next one, in milliseconds; the longest of one run each. */
export async function measureMoments(places: readonly Workplace[]): Promise<Map<Moment, number>> {
  const measured = await Promise.all(places.map(measure))
  return new Map(
    moments.map((moment, index) => [moment, Math.max(...measured.map((spans) => spans[index] ?? 0))]),
  )
}

async function measure(place: Workplace): Promise<number[]> {
  const running = place.start(['backup', '--quiet'])
  const watched = watch(place, running)
  const since: number[] = []
  for (const moment of moments) {
    await watched.reach(moment)
    since.push(performance.now())
  }
  await running.outcome
  since.push(performance.now())
  return moments.map((_, index) => (since[index + 1] ?? 0) - (since[index] ?? 0))
}
