import type { CheckedStorage } from './storages.ts'
import type { Page } from './server.ts'

/** Storages are asked no more often than that, however often somebody looks. */
const freshMs = 15_000

export interface Readiness {
  page(): Promise<Page>
  /** The storages as they were last seen; asks them where that is too long ago. */
  storages(): Promise<readonly CheckedStorage[]>
  /** They are others now. */
  forget(): void
}

/** Ready is who has its schedules, knows what was done before, and reaches every storage. */
export function createReadiness({
  now,
  check,
  isLoaded,
}: {
  now: () => Date
  check: () => Promise<CheckedStorage[]>
  isLoaded: () => boolean
}): Readiness {
  let last: { at: number; storages: Promise<CheckedStorage[]> } | undefined

  const storages = (): Promise<CheckedStorage[]> => {
    const at = now().getTime()
    if (last === undefined || Math.abs(at - last.at) > freshMs) last = { at, storages: check() }
    return last.storages
  }

  return {
    storages,
    forget: () => {
      last = undefined
    },
    page: async () => {
      const unreachable = (await storages()).flatMap(({ uses, location, error }) =>
        error === undefined ? [] : [{ uses, location, error }],
      )
      const isReady = isLoaded() && unreachable.length === 0
      return {
        status: isReady ? 200 : 503,
        contentType: 'application/json',
        body: `${JSON.stringify({ ready: isReady, loaded: isLoaded(), unreachable })}\n`,
      }
    },
  }
}
