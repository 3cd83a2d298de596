import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchdog } from './watchdog.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('watchdog', () => {
  it('barks once when nothing moves for so long', () => {
    const onStall = vi.fn<() => void>()
    const dog = watchdog(1_000, onStall)
    vi.advanceTimersByTime(900)
    dog.touch()
    vi.advanceTimersByTime(900)
    expect(onStall).not.toHaveBeenCalled()
    vi.advanceTimersByTime(101)
    expect(onStall).toHaveBeenCalledOnce()
    dog.touch()
    dog.resume()
    vi.advanceTimersByTime(5_000)
    expect(onStall).toHaveBeenCalledOnce()
  })

  it('does not count the time in which the reader is busy', () => {
    const onStall = vi.fn<() => void>()
    const dog = watchdog(1_000, onStall)
    dog.pause()
    vi.advanceTimersByTime(60_000)
    dog.touch()
    dog.resume()
    vi.advanceTimersByTime(999)
    expect(onStall).not.toHaveBeenCalled()
    vi.advanceTimersByTime(2)
    expect(onStall).toHaveBeenCalledOnce()
  })

  it('is silent once it is stopped', () => {
    const onStall = vi.fn<() => void>()
    const dog = watchdog(1_000, onStall)
    dog.stop()
    dog.resume()
    vi.advanceTimersByTime(5_000)
    expect(onStall).not.toHaveBeenCalled()
  })
})
