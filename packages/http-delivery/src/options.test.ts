import { optionsFrom, OptionsError, type Secret } from '@holdfast/plugin'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { connectionOptions, secretAddress, secretText } from './options.ts'

const parse = optionsFrom(
  z.strictObject({ url: secretAddress(), key: secretText().optional(), ...connectionOptions }),
)

function problemsOf(input: unknown): string[] {
  try {
    parse(input)
    return []
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error
    return error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
  }
}

it('keeps addresses and keys as secrets', () => {
  const { url, key, requestTimeoutMs } = parse({ url: ' https://hooks.example.com/x\n', key: 'k' })
  expect(url.reveal()).toBe('https://hooks.example.com/x')
  expect([url, key].map(String)).toEqual(['[secret]', '[secret]'])
  expect((key as Secret).reveal()).toBe('k')
  expect(requestTimeoutMs).toBe(10_000)
})

it.each(['http://127.0.0.1:8080/x', 'http://localhost/x', 'http://[::1]:1/'])(
  'takes %s, which never leaves this machine',
  (url) => {
    expect(problemsOf({ url })).toEqual([])
  },
)

it.each([
  ['', 'must not be empty'],
  ['hooks.example.com/x', 'must be a whole address that begins with https://'],
  ['http://hooks.example.com/token', 'must begin with https://: whoever reads it on its way could use it'],
  [
    'http://127.0.0.1.example.com/token',
    'must begin with https://: whoever reads it on its way could use it',
  ],
  ['file:///etc/passwd', 'must begin with https://: whoever reads it on its way could use it'],
])('refuses %j without repeating it', (url, message) => {
  expect(problemsOf({ url })).toEqual([`url ${message}`])
})

it('refuses an empty key and a time-out of nothing', () => {
  expect(problemsOf({ url: 'https://x.example', key: '', requestTimeoutMs: 0 })).toHaveLength(2)
})
