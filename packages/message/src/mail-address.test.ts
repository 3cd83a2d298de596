import { expect, it } from 'vitest'
import { mailAddressProblem } from './mail-address.ts'

it.each([
  'devops@example.com',
  'a.b+c@sub.example.com',
  'root@localhost',
  'Backups <backups@example.com>',
  '"Backups, nightly" <backups@example.com>',
  'pelé@exämple.com',
])('%s is an address', (text) => expect(mailAddressProblem(text)).toBeUndefined())

it.each([
  '',
  'devops',
  'devops@',
  '@example.com',
  'a@b@c',
  'a b@example.com',
  'a@example.com, b@example.com',
  'a@example.com\nBcc: b@example.com',
  'a@example.com\u2028',
  '"a\\" <x@y>" <b@example.com>',
  'A <b@example.com> <c@example.com>',
  'A (b) <b@example.com>',
  '<script>@example.com',
  'a@-example.com',
  `${'a'.repeat(250)}@example.com`,
])('%j is none', (text) => expect(mailAddressProblem(text)).toMatch(/^(must|is)/))
