import { isDeepStrictEqual } from 'node:util'
import { backupsIn, dataAmong, orphansAmong } from './stored.ts'
import type { Workplace } from './workplace.ts'

/** What a run left behind besides its report. */
export interface Traces {
  /** Backups that `list` shows. */
  backups: string[]
  /** Files with data of a dump in them, whole or not. */
  data: string[]
  /** Files of no backup. */
  orphans: string[]
  temporary: string[]
  processes: string[]
  /** Sessions in the database, and with them the job's lock. */
  sessions: string[]
}

export const noTraces: Traces = {
  backups: [],
  data: [],
  orphans: [],
  temporary: [],
  processes: [],
  sessions: [],
}

export async function tracesOf(place: Workplace): Promise<Traces> {
  const processes = await processesLeft(place)
  const sessions = await place.leftConnected()
  const files = await place.shelf.files()
  const backups = await backupsIn(place.shelf)
  return {
    backups: backups.map(({ name }) => name),
    data: dataAmong(files),
    orphans: orphansAmong(files, backups),
    temporary: await place.temporaryEntries(),
    processes,
    sessions,
  }
}

/** Whatever still runs, after some seconds at most. */
export async function processesLeft(place: Workplace): Promise<string[]> {
  return (await place.leftRunning()).map(({ pid, name }) => `${name} (${pid})`)
}

/** What is not as it should be, in words, for tests that try many times before they judge. */
export function differences<Facts extends object>(
  when: string,
  actual: Facts,
  expected: Partial<Facts>,
): string[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const found: unknown = Object.entries(actual).find(([one]) => one === name)?.[1]
    if (isDeepStrictEqual(found, value)) return []
    return [`${when}: ${name} is ${JSON.stringify(found)}, not ${JSON.stringify(value)}`]
  })
}
