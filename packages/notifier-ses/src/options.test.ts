import { OptionsError, Secret } from '@holdfast/plugin'
import { expect, it } from 'vitest'
import { parseOptions } from './options.ts'

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

it('needs no more than a sender and a recipient', () => {
  expect(parseOptions(people)).toEqual({
    from: 'backups@example.com',
    to: ['devops@example.com'],
    cc: [],
    bcc: [],
    requestTimeoutMs: 15_000,
  })
})

it('keeps credentials as Secrets', () => {
  const { credentials } = parseOptions({ ...people, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } })
  expect(credentials?.secretAccessKey).toBeInstanceOf(Secret)
  expect(credentials?.accessKeyId.reveal()).toBe('a')
})

it.each([
  [{ from: 'backups' }, ['from must be name@domain, or Name <name@domain>']],
  [{ to: ['a@example.com', 'b\n@example.com'] }, ['to.1 must not contain line breaks or control characters']],
  [{ to: [] }, ['to must name somebody']],
  [
    { bcc: Array.from({ length: 50 }, (_, index) => `a${index}@example.com`) },
    ['to and cc and bcc name 51 addresses; SES takes 50 at most'],
  ],
  [
    { credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, profile: 'p' },
    ['profile and credentials exclude each other'],
  ],
  [{ region: 'Frankfurt' }, ['region must be the name of a region, such as eu-central-1']],
  [
    { endpoint: 'https://key:secret@email.example.com' },
    ['endpoint must be a URL such as https://email.example.com, without credentials, path or query'],
  ],
  [{ identityArn: 'example.com' }, ['identityArn must be an ARN']],
  [{ identity: 'example.com' }, ['identity is not a known option']],
])('refuses %j', (options, problems) => {
  expect(problemsOf(options)).toEqual(problems)
})
