/** Tells when something that should keep moving stands still. */
export interface Watchdog {
  /** Something moved. */
  touch(): void
  /** Standing still is somebody else's doing now: the reader is busy. */
  pause(): void
  resume(): void
  stop(): void
}

/** Calls `onStall` once after `timeoutMs` without a touch, not counting the time while paused. */
export function watchdog(timeoutMs: number, onStall: () => void): Watchdog {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let moved = false
  const disarm = () => {
    clearTimeout(timer)
    timer = undefined
  }
  const arm = () => {
    if (stopped || timer) return
    const fired = () => {
      moved = false
      // Should this process have stood still itself, what came meanwhile is read now, before it is judged.
      setImmediate(() => {
        if (stopped || moved || timer !== own) return
        stopped = true
        timer = undefined
        onStall()
      })
    }
    const own = setTimeout(fired, timeoutMs)
    timer = own
  }
  arm()
  return {
    touch: () => {
      moved = true
      timer?.refresh()
    },
    pause: disarm,
    resume: arm,
    stop: () => {
      stopped = true
      disarm()
    },
  }
}
