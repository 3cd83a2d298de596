import { beforeAll, describe, expect, it } from 'vitest'
import { newPair, type Pair } from './age.test.support.ts'
import { identityProblem, recipientProblem } from './keys.ts'

let pair: Pair

beforeAll(async () => {
  pair = await newPair()
})

const mistyped = (text: string): string => `${text.slice(0, -1)}${text.endsWith('q') ? 'p' : 'q'}`

describe('a recipient', () => {
  it('is one', () => {
    expect(recipientProblem(pair.recipient)).toBeUndefined()
  })

  it.each<[string, () => string, RegExp]>([
    ['an identity', () => pair.identity, /is an identity, the private half/],
    ['an identity in small letters', () => pair.identity.toLowerCase(), /is an identity/],
    ['one that was mistyped', () => mistyped(pair.recipient), /a character of it is wrong or missing/],
    ['one that was cut', () => pair.recipient.slice(0, -1), /a character of it is wrong or missing/],
    ['one in capitals', () => pair.recipient.toUpperCase(), /a character of it is wrong or missing/],
    ['a post-quantum one', () => 'age1pq1abc', /post-quantum/],
    ['one of a plugin', () => 'age1yubikey1qwerty', /age plugin/],
    ['an SSH key', () => 'ssh-ed25519 AAAA', /SSH key/],
    ['a file', () => './recipients.txt', /recipientsFiles/],
    ['something else', () => 'me', /begins with age1/],
  ])('is not %s', (_what, text, problem) => {
    expect(recipientProblem(text())).toMatch(problem)
    expect(recipientProblem(text())).not.toContain(text())
  })
})

describe('an identity', () => {
  it('is one', () => {
    expect(identityProblem(pair.identity)).toBeUndefined()
  })

  it.each<[string, () => string, RegExp]>([
    ['a recipient', () => pair.recipient, /is a recipient, the public half/],
    ['one that was mistyped', () => mistyped(pair.identity), /a character of it is wrong or missing/],
    ['one in small letters', () => pair.identity.toLowerCase(), /a character of it is wrong/],
    ['something else', () => '-----BEGIN', /begins with AGE-SECRET-KEY-1/],
  ])('is not %s', (_what, text, problem) => {
    expect(identityProblem(text())).toMatch(problem)
    expect(identityProblem(text())).not.toContain(text())
  })
})
