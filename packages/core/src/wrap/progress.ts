/** How often it is looked within one limit. */
const looks = 8

/**
 * Calls `onStall` once, when something that others wait for has not moved for `limitMs`, give or take an eighth.
 * Returns what ends the watch. Looks are counted and not the clock, so that a process that was stopped for an hour
 * finds nothing stalled when it goes on.
 */
export function watchProgress({
  limitMs,
  measure,
  isWaiting,
  onStall,
}: {
  limitMs: number
  /** Another number each time that it moved. */
  measure: () => number
  /** False while it can not move through no fault of its own. */
  isWaiting: () => boolean
  onStall: () => void
}): () => void {
  let last = measure()
  let still = 0
  const timer = setInterval(
    () => {
      const now = measure()
      still = now === last && isWaiting() ? still + 1 : 0
      last = now
      if (still < looks) return
      clearInterval(timer)
      onStall()
    },
    Math.max(1, limitMs / looks),
  )
  return () => clearInterval(timer)
}
