import { HoldfastError, Secret } from '@holdfast/plugin'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor, type Redactor } from './redact.ts'

function knowing(...secrets: string[]): Redactor {
  const redactor = createRedactor()
  for (const secret of secrets) redactor.add(new Secret(secret))
  return redactor
}

describe('text', () => {
  const secret = `p@ss/w:"o'r\\d %1+é`
  const forms: [string, string][] = [
    ['as it is', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    [
      'percent-encoded in lower case',
      encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    ],
    ['as a form field', new URLSearchParams({ x: secret }).toString().slice(2)],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in SQL', secret.replaceAll("'", "''")],
    ['in a connection string', secret.replace(/['\\]/g, '\\$&')],
    ['in a shell', secret.replaceAll("'", "'\\''")],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
  ]

  it.each(forms)('hides a secret %s', (_form, written) => {
    const text = knowing(secret).text(`before ${written} after`)
    expect(text).toContain('[secret]')
    expect(text).toMatch(/^before .*after$/)
    for (const [, form] of forms) expect(text).not.toContain(form)
  })

  it('hides a secret inside longer base64, wherever it stands', () => {
    const long = 'a-long-canary-value'
    for (const user of ['', 'u:', 'me:', 'you:', 'them:']) {
      for (const rest of ['', '@', '/x', '-xyz']) {
        const text = knowing(long).text(`Basic ${Buffer.from(user + long + rest).toString('base64')}`)
        const left = text.replace('[secret]', '').slice('Basic '.length)
        expect(text).toContain('[secret]')
        expect(Buffer.from(left, 'base64').toString()).not.toContain('canary')
      }
    }
  })

  it('hides each line of a key, and leaves its markers', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n'
    expect(knowing(key).text('  hkiG9w0BAQEFAASC, read from -----BEGIN PRIVATE KEY-----')).toBe(
      '  [secret], read from -----BEGIN PRIVATE KEY-----',
    )
    expect(knowing(key).text(key)).toBe('[secret]')
  })

  it('hides the longest of secrets that begin alike', () => {
    expect(knowing('hunter2', 'hunter2-and-more').text('hunter2-and-more, hunter2')).toBe(
      '[secret], [secret]',
    )
  })

  it('takes a secret for text, never for a pattern', () => {
    expect(knowing('a.*b$[1]').text('axxb$1 a.*b$[1]')).toBe('axxb$1 [secret]')
  })

  it('leaves ordinary words and numbers, except where a password stands', () => {
    const redactor = knowing('postgres', '5432', 'abc', '')
    const plain = 'user postgres, database postgres, port 5432, abc'
    expect(redactor.text(plain)).toBe(plain)
    expect(redactor.text('postgresql://postgres:postgres@db:5432/postgres')).toBe(
      'postgresql://postgres:[secret]@db:5432/postgres',
    )
  })

  it.each([
    ['postgresql://me:s3cr3t@db/x', 'postgresql://me:[secret]@db/x'],
    ['at redis://:s3cr3t@db,', 'at redis://:[secret]@db,'],
    ['postgresql://me:a/b@c?d#e@db/x', 'postgresql://me:[secret]@db/x'],
    [
      '"postgresql://me:s3@db/x" and "https://h/@scope"',
      '"postgresql://me:[secret]@db/x" and "https://h/@scope"',
    ],
    ['host=db password=s3cr3t user=me', 'host=db password=[secret] user=me'],
    ["password='a b\\'c' user=me", 'password=[secret] user=me'],
    ['PGPASSWORD=s3cr3t pg_dump', 'PGPASSWORD=[secret] pg_dump'],
    ['?sslmode=require&password=s3cr3t&x=1', '?sslmode=require&password=[secret]&x=1'],
    ['X-Amz-Signature=0a1b2c&y', 'X-Amz-Signature=[secret]&y'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [secret]'],
    ['{"authorization":"Basic dTpw"}', '{"authorization":"Basic [secret]"}'],
  ])('hides what stands where a secret stands: %s', (written, expected) => {
    expect(createRedactor().text(written)).toBe(expected)
  })

  it.each([
    'https://registry:4873/@scope/name',
    'postgresql://me@db:5432/x',
    'Wrong password: the server refused it. Set PGPASSWORD= or ~/.pgpass.',
    's3://bucket/key at 12:30, mail me@example.com',
  ])('leaves what has no secret in it: %s', (written) => {
    expect(createRedactor().text(written)).toBe(written)
  })

  it('changes nothing more the second time, and lets nothing through', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 9 }), fc.string(), fc.string(), (secret, before, after) => {
        // One that the mask contains, or that is made of what stands around it, can not be told from the rest.
        fc.pre(!'[secret]'.includes(secret))
        const redactor = knowing(secret)
        const once = redactor.text(`${before}${secret}${after}`)
        expect(once).not.toContain(secret)
        expect(redactor.text(once)).toBe(once)
      }),
      { numRuns: 500 },
    )
  })
})

describe('value', () => {
  it('redacts every string of a report, and nothing else', () => {
    const report = {
      message: 'with hunter2-x',
      list: ['hunter2-x', 4, null, true],
      inner: { at: undefined, n: 1 },
    }
    const redacted = knowing('hunter2-x').value(report)
    expect(redacted).toEqual({
      message: 'with [secret]',
      list: ['[secret]', 4, null, true],
      inner: { at: undefined, n: 1 },
    })
    expect(report.message).toBe('with hunter2-x')
  })
})

describe('error', () => {
  it('gives code, message, hint and place, without secrets and without what is not known', () => {
    const redactor = knowing('hunter2-x')
    const error = new HoldfastError('DATABASE_PASSWORD_WRONG', 'not hunter2-x', {
      hint: 'try another than hunter2-x',
      stage: 'preflight',
      plugin: 'postgres',
    })
    expect(redactor.error(error)).toEqual({
      code: 'DATABASE_PASSWORD_WRONG',
      message: 'not [secret]',
      hint: 'try another than [secret]',
      stage: 'preflight',
      plugin: 'postgres',
    })
    expect(redactor.error(new HoldfastError('STORAGE_FULL', 'no room'))).toEqual({
      code: 'STORAGE_FULL',
      message: 'no room',
    })
    expect(redactor.error(new TypeError('x hunter2-x'))).toEqual({ code: 'INTERNAL', message: 'x [secret]' })
    expect(redactor.error('hunter2-x')).toEqual({ code: 'INTERNAL', message: '[secret]' })
  })
})
