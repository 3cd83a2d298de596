import { describe, expect, it } from 'vitest'
import { clean, cleanLine, cleanText } from './clean.ts'

describe('clean', () => {
  it('leaves nothing that moves a cursor, turns the text or breaks an encoding', () => {
    expect(clean('a\u001B[2Jb\u0007c\u202Ed\u2028e\uD800f\r\ng\rh')).toBe('ab c d e�f\ng\nh')
  })
})

describe('cleanLine', () => {
  it('is one line', () => {
    expect(cleanLine(' a\r\nBcc: b\n\n\tc\u0000 ')).toBe('a Bcc: b c')
  })

  it('cuts the end of what is too long, never half a character', () => {
    expect(cleanLine('abcdef', 6)).toBe('abcdef')
    expect(cleanLine('abcdefg', 6)).toBe('abcde…')
    expect(cleanLine('abcd😀efg', 6)).toBe('abcd…')
  })
})

describe('cleanText', () => {
  it('keeps lines, but not many empty ones', () => {
    expect(cleanText('a  \r\n\n\n\n b\n')).toBe('a\n\n b')
  })

  it('shortens a megabyte in the middle, and says by how much', () => {
    const text = `first ${'x'.repeat(1_000_000)} last`
    const short = cleanText(text)
    expect(short).toHaveLength(2000 + '\n[… 998,011 characters left out …]\n'.length)
    expect(short).toMatch(/^first x+\n\[… 998,011 characters left out …\]\nx+ last$/)
  })

  it('cuts between characters', () => {
    for (const limit of [10, 11, 12, 13]) expect(cleanText('😀'.repeat(100), limit).isWellFormed()).toBe(true)
  })
})
