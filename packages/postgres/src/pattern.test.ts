import { describe, expect, it } from 'vitest'
import { parsePattern } from './pattern.ts'

describe('parsePattern', () => {
  it.for<[string, string | undefined, string]>([
    ['orders', undefined, 'orders'],
    ['Orders', undefined, 'orders'],
    ['"Orders"', undefined, 'Orders'],
    ['public.order*', 'public', 'order.*'],
    ['*.o?d', '.*', 'o.d'],
    ['"a.b"."c*d"', 'a\\.b', 'c\\*d'],
    ['"say ""hi"""', undefined, 'say "hi"'],
    ['a$b', undefined, 'a\\$b'],
    ['a[0-9]', undefined, 'a[0-9]'],
    ['É', undefined, 'É'],
    ['FOO"FOO"BAR', undefined, 'fooFOObar'],
  ])('%s', ([text, schema, name]) => {
    expect(parsePattern(text)).toEqual({ text, schema, name })
  })

  it.for(['', '.', 'a.', 'a.b.c', '"a', 'a."'])('refuses %j', (text) => {
    expect(() => parsePattern(text)).toThrow(expect.objectContaining({ code: 'DATABASE_TABLE_NOT_FOUND' }))
  })
})
