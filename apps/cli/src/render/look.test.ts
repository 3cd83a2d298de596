import { describe, expect, it } from 'vitest'
import { lookOf, wantsColor } from './look.ts'

describe('wantsColor', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
  ])('for a terminal %s with %j is %s', (isTTY, environment, expected) => {
    expect(wantsColor({ isTTY }, environment)).toBe(expected)
  })
})

describe('lookOf', () => {
  it('cuts nothing in a pipe, and fits a terminal', () => {
    expect(lookOf({}, {}).columns).toBe(Infinity)
    expect(lookOf({ isTTY: true, columns: 60 }, {}).columns).toBe(60)
  })
})
