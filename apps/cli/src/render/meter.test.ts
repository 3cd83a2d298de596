import { describe, expect, it } from 'vitest'
import { createMeter } from './meter.ts'

describe('createMeter', () => {
  it('says nothing before it knows anything', () => {
    const meter = createMeter()
    expect(meter.pace(0)).toEqual({})
    meter.add({ fraction: 0, bytes: 0 }, 0)
    meter.add({ fraction: 0.5, bytes: 1000 }, 500)
    expect(meter.pace(500)).toEqual({})
  })

  it('tells bytes a second and the time that is left', () => {
    const meter = createMeter()
    meter.add({ fraction: 0, bytes: 0 }, 0)
    meter.add({ fraction: 0.25, bytes: 50_000 }, 5000)
    expect(meter.pace(5000)).toEqual({ bytesPerSecond: 10_000, remainingMs: 15_000 })
  })

  it('forgets a slow start', () => {
    const meter = createMeter()
    meter.add({ bytes: 0 }, 0)
    for (let second = 60; second <= 80; second += 1) meter.add({ bytes: (second - 60) * 1000 }, second * 1000)
    expect(meter.pace(80_000).bytesPerSecond).toBeCloseTo(1000)
  })

  it('slows down when nothing comes any more', () => {
    const meter = createMeter()
    meter.add({ bytes: 0 }, 0)
    meter.add({ bytes: 10_000 }, 1000)
    expect(meter.pace(10_000).bytesPerSecond).toBeCloseTo(1000)
  })
})
