import { Secret } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { redact, redactTail } from './redact.ts'
import { readStderr } from './stderr.ts'

const with_ = (...secrets: string[]) => ({ secrets: secrets.map((secret) => new Secret(secret)) })

describe('redact', () => {
  it('replaces a secret wherever it stands', () => {
    expect(redact('user:canary@host canarycanary', with_('canary'))).toBe(
      'user:[secret]@host [secret][secret]',
    )
  })

  it('knows it with any of its characters percent-encoded or escaped', () => {
    const text = `s3cr@t/é'x s3cr%40t%2Fé'x s3cr@t%2f%C3%A9%27x %73%33%63%72%40%74/é\\'x`
    expect(redact(text, with_("s3cr@t/é'x"))).toBe('[secret] [secret] [secret] [secret]')
  })

  it('replaces a very short one only where it stands alone', () => {
    expect(redact('a banana, user:a@host', with_('a'))).toBe('[secret] banana, user:[secret]@host')
    expect(redact('(.*) and x.*x', with_('.*'))).toBe('([secret]) and x.*x')
  })

  it('shows no part of a secret that the limit cuts in two', () => {
    const lines: string[] = []
    const reader = readStderr((line) => lines.push(line))
    reader.write(Buffer.from(`${'canary'.repeat(3_000)}\n`))
    reader.end()
    expect(redactTail(reader.tail(), with_('canary')).replaceAll('[secret]', '').trim()).toBe('secret]')
  })
})

describe('readStderr', () => {
  it('gives lines as they are, also without a last line break and across chunks and characters', () => {
    const lines: string[] = []
    const reader = readStderr((line) => lines.push(line))
    const bytes = Buffer.from('one\ntwé\n\nlast')
    for (const byte of bytes) reader.write(Buffer.from([byte]))
    reader.end()
    expect(lines).toEqual(['one', 'twé', '', 'last'])
    expect(reader.tail()).toBe('one\ntwé\n\nlast')
  })

  it('stays small and quick with 10 MB in one line', () => {
    const lines: string[] = []
    const reader = readStderr((line) => lines.push(line))
    const started = performance.now()
    for (let chunk = 0; chunk < 160; chunk += 1) reader.write(Buffer.alloc(65_536, 'x'))
    reader.write(Buffer.from('end\nnext\n'))
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(lines.map(({ length }) => length)).toEqual([8_192, 4])
    expect(reader.tail()).toHaveLength(5_120)
    expect(reader.tail().endsWith('xend\nnext\n')).toBe(true)
  })
})
