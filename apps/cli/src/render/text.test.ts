import { describe, expect, it } from 'vitest'
import { clean, cut, cutPath, pad, widthOf, wrap } from './text.ts'

describe('clean', () => {
  it('lets nothing through that moves the cursor, colours, or reorders text', () => {
    expect(clean('a\u001B[2Jb\u001B]0;title\u0007c\rd\te\u202Ef')).toBe('abc d e f')
  })

  it('keeps line breaks and every script', () => {
    expect(clean('заказы\n注文 🧾')).toBe('заказы\n注文 🧾')
  })
})

describe('cut', () => {
  it('counts columns, not characters', () => {
    expect(cut('注文注文', 5)).toBe('注文…')
    expect(widthOf(cut('注文注文', 5))).toBeLessThanOrEqual(5)
  })

  it('never splits what is one character to the eye', () => {
    expect(cut('👨‍👩‍👧abc', 3)).toBe('👨‍👩‍👧…')
  })

  it('leaves what fits', () => expect(cut('orders', 6)).toBe('orders'))
})

describe('cutPath', () => {
  const path = '/var/backups/shop/2026/11/shop_full_20261122_030000.dump.zst'

  it('leaves what fits, and everything where nothing is cut', () => {
    expect(cutPath(path, widthOf(path))).toBe(path)
    expect(cutPath(path, Infinity)).toBe(path)
  })

  it('keeps the last part whole, and the beginning as far as there is room', () => {
    expect(cutPath(path, 47)).toBe('/var/backup…/shop_full_20261122_030000.dump.zst')
    expect(cutPath('s3://注文/shop/2026/a.dump', 16)).toBe('s3://注…/a.dump')
  })

  it('cuts the last part as well where it alone is too long', () => {
    expect(cutPath(path, 21)).toBe('/var/backu…0.dump.zst')
    expect(cutPath('a word and no path', 9)).toBe('a wo…path')
  })

  it('is never wider than asked', () => {
    for (let width = 1; width < widthOf(path) + 2; width += 1) {
      expect(widthOf(cutPath(path, width))).toBeLessThanOrEqual(width)
    }
  })
})

describe('pad', () => {
  it('fills up to a width in columns on either side', () => {
    expect(pad('注文', 6)).toBe('注文  ')
    expect(pad('7', 3, 'right')).toBe('  7')
  })
})

describe('wrap', () => {
  it('breaks at spaces, keeps line breaks and indents, and leaves long words whole', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('a\n  b c', 4)).toEqual(['a', '  b', '  c'])
    expect(wrap('postgresql://host/name is it', 10)).toEqual(['postgresql://host/name', 'is it'])
  })
})
