import { describe, expect, it } from 'vitest'
import { liveLine, plainLine, type Activity } from './activity.ts'
import { plain } from './look.ts'
import { widthOf } from './text.ts'

const dump: Activity = {
  title: 'dump',
  fraction: 0.474,
  estimated: true,
  bytes: 212_000_000,
  detail: 'public.order_items',
}
const pace = { bytesPerSecond: 88_000_000, remainingMs: 24_300 }
const live = (activity: Activity, columns: number, known = pace) =>
  liveLine(activity, known, 5000, { columns, paint: plain })

describe('liveLine', () => {
  it('has everything in 60 columns, and the table where there is room', () => {
    expect(live(dump, 60)).toBe('  dump        ~47 %  212 MB  88 MB/s  ~24 s left  public.o…')
    expect(live(dump, 100)).toBe(
      '  dump       ━━━━━───────   ~47 %  212 MB  88 MB/s  ~24 s left  public.order_items',
    )
  })

  it('says how long it takes while nothing else is known', () => {
    expect(liveLine({ title: 'snapshot' }, {}, 5000, { columns: 60, paint: plain })).toBe(
      '  snapshot   5.0 s',
    )
  })

  it('never wraps', () => {
    const worst: Activity = {
      ...dump,
      title: 'preflight',
      bytes: 999_000_000_000,
      detail: '注文.'.repeat(40),
    }
    for (let columns = 40; columns <= 200; columns += 1) {
      expect(widthOf(live(worst, columns, { bytesPerSecond: 999e6, remainingMs: 86_399_000 }))).toBeLessThan(
        columns,
      )
    }
  })

  it('lets the name of a table do nothing to the terminal', () => {
    expect(live({ ...dump, detail: 'a\u001B[2J\nb' }, 200)).not.toMatch(/\p{Cc}/u)
  })
})

describe('plainLine', () => {
  it('reads well in a log', () => {
    expect(plainLine(dump, pace, 5000)).toBe('  dump       ~47 % (estimated), 212 MB, 88 MB/s, ~24 s left')
    expect(plainLine({ title: 'verify', fraction: 1, bytes: 1000 }, {}, 2000)).toBe(
      '  verify     100 %, 1.0 kB, 2.0 s so far',
    )
  })
})
