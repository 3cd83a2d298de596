/** An end that comes by itself, whether or not anybody listens to its signal. */
export interface Deadline {
  readonly signal: AbortSignal
  /** In milliseconds. */
  remainingMs(): number
  /** Resolves as the work does, or rejects with the signal's reason when the time is over. */
  race<Result>(work: () => Promise<Result>): Promise<Result>
  clear(): void
}

/** How long anything may still take once somebody has cancelled, in milliseconds: people wait at a keyboard. */
const cancelledMs = 4000

/** Ends after `limitMs`, and soon after `cancel` has aborted. Keeps the process alive until it is cleared. */
export function deadline(limitMs: number, cancel: AbortSignal, graceMs: number = cancelledMs): Deadline {
  const controller = new AbortController()
  const { promise: over, reject } = Promise.withResolvers<never>()
  over.catch(() => {})
  const end = (): void => {
    const reason = new Error('the time is over')
    controller.abort(reason)
    reject(reason)
  }
  let endsAt = 0
  let timer: NodeJS.Timeout | undefined
  const endIn = (ms: number): void => {
    clearTimeout(timer)
    endsAt = performance.now() + ms
    timer = setTimeout(end, ms)
  }
  const hurry = (): void => endIn(Math.min(graceMs, Math.max(0, endsAt - performance.now())))

  endIn(limitMs)
  if (cancel.aborted) hurry()
  else cancel.addEventListener('abort', hurry, { once: true })
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    race: (work) => Promise.race([call(work), over]),
    clear: () => {
      clearTimeout(timer)
      cancel.removeEventListener('abort', hurry)
    },
  }
}

/** Turns what is thrown at once into a rejection. */
async function call<Result>(work: () => Promise<Result>): Promise<Result> {
  return work()
}
