import { OptionsError, Secret } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { parseOptions } from './options.ts'
import { serverOf } from './server.ts'

const people = { from: 'backups@example.com', to: 'devops@example.com' }

function problemsOf(options: Record<string, unknown>): string[] {
  try {
    parseOptions({ ...people, ...options })
    return []
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error
    return error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
  }
}

describe('the server', () => {
  it.each([
    [{ host: 'mail.example.com' }, 587, 'starttls'],
    [{ host: 'mail.example.com', port: 25 }, 25, 'starttls'],
    [{ host: 'mail.example.com', port: 465 }, 465, 'implicit'],
    [{ host: 'mail.example.com', tls: 'implicit' }, 465, 'implicit'],
    [{ host: 'mail.example.com', tls: 'none' }, 25, 'none'],
    [{ host: 'localhost' }, 25, 'none'],
    [{ host: '127.0.0.1', tls: 'starttls' }, 587, 'starttls'],
    [{ host: '127.0.0.1.example.com' }, 587, 'starttls'],
    [{ url: 'smtp://mail.example.com' }, 587, 'starttls'],
    [{ url: 'smtp://mail.example.com:2525/' }, 2525, 'starttls'],
    [{ url: 'smtps://mail.example.com' }, 465, 'implicit'],
    [{ url: 'smtp://localhost' }, 25, 'none'],
    [{ url: 'smtp://[::1]:25' }, 25, 'none'],
  ])('%j means port %i and tls: %s', (options, port, tls) => {
    expect(serverOf(parseOptions({ ...people, ...options }))).toMatchObject({ port, tls })
  })

  it('takes user and password out of a URL, decoded', () => {
    const { user, password } = serverOf(
      parseOptions({ ...people, url: 'smtp://a%40b:p%2Fw%20%25@mail.example.com' }),
    )
    expect([user, password?.reveal()]).toEqual(['a@b', 'p/w %'])
  })
})

it('keeps what is secret as Secrets, and one address as a list of one', () => {
  const { password, to, cc, oauth2 } = parseOptions({
    ...people,
    host: 'h',
    user: 'u',
    password: 'p',
  })
  expect(password).toBeInstanceOf(Secret)
  expect([to, cc, oauth2]).toEqual([['devops@example.com'], [], undefined])
})

describe('refuses', () => {
  it.each([
    [{}, ['host is missing; name the mail server here or in url']],
    [{ host: 'h', url: 'smtp://h' }, ['host is in url already']],
    [
      { url: 'smtp://h', port: 25, tls: 'none', user: 'u', password: 'p' },
      [
        'port is in url already',
        'tls is in url already',
        'user is in url already',
        'password is in url already',
      ],
    ],
    [{ host: 'h', user: 'u' }, ['password is missing for this user']],
    [{ host: 'h', password: 'p' }, ['user is missing for this password']],
    [{ host: 'h', to: [] }, ['to must name somebody']],
    [{ host: 'h', to: ['a@example.com', 'b'] }, ['to.1 must be name@domain, or Name <name@domain>']],
    [
      { host: 'h', from: 'a@example.com\r\nBcc: b@example.com' },
      ['from must not contain line breaks or control characters'],
    ],
    [{ host: 'h', cc: 'a@example.com, b@example.com' }, ['cc must be name@domain, or Name <name@domain>']],
    [
      { host: 'h', tls: 'none', user: 'u', password: 'p' },
      ['tls must not be none with a password, except on this machine itself'],
    ],
    [{ host: 'h', oauth2: { user: 'u' } }, [expect.stringMatching(/^oauth2 needs accessToken, or/)]],
    [
      { host: 'h', user: 'u', password: 'p', oauth2: { user: 'u', accessToken: 't' } },
      ['user must not stand beside oauth2, which has its own'],
    ],
    [{ host: 'h', secure: true }, ['secure is not a known option']],
  ])('%j', (options, problems) => {
    expect(problemsOf(options)).toEqual(problems)
  })

  it.each([
    'http://h',
    'smtp://',
    'smtp://u:canary@h/path',
    'smtp://u:canary@h?tls.rejectUnauthorized=false',
    'smtp://u@h',
    'smtp://u:%zz@h',
    'mail.example.com',
  ])('%s as a URL, without repeating it', (url) => {
    const problems = problemsOf({ url })
    expect(problems).toEqual([expect.stringMatching(/^url must be smtp:/)])
    expect(problems.join()).not.toContain('canary')
  })
})
