import { describe, expect, it } from 'vitest'
import { hasPassword } from './hide-arguments.ts'

describe('hasPassword', () => {
  it.each([
    'postgresql://app:secret@host/shop',
    'postgres://app:se:c/r@et@host/shop',
    'postgresql://host/shop?user=app&password=secret',
    'host=db password=secret',
    "password = 'a b' host=db",
  ])('sees the one in %s', (text) => expect(hasPassword(text)).toBe(true))

  it.each([
    'postgresql://app@host:5432/shop',
    'postgresql://host/shop',
    's3://bucket/a@b',
    '/srv/backups',
    'latest',
  ])('sees none in %s', (text) => expect(hasPassword(text)).toBe(false))
})
