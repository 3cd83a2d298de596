import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { interpolate } from './interpolate.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-interpolate-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function filled(value: unknown, environment: Record<string, string> = {}): Promise<unknown> {
  const result = await interpolate(value, { environment, directory })
  expect([...result.findings, ...result.missing]).toEqual([])
  return result.value
}

test.for([
  ['${A}', 'a'],
  ['x${A}y${B}z', 'xaybz'],
  ['${EMPTY}', ''],
  ['${EMPTY:-default}', 'default'],
  ['${A:-default}', 'a'],
  ['${NOT_SET:-default}', 'default'],
  ['${NOT_SET:-}', ''],
  ['${NOT_SET:-with:-and $ and {braces}', 'with:-and $ and {braces'],
  ['$${A}', '${A}'],
  ['$$${A}', '$${A}'],
  ['$A $ $$ {A} }', '$A $ $$ {A} }'],
  ['cost: 5$', 'cost: 5$'],
])('%s gives %s', async ([text, expected]) => {
  expect(await filled(text, { A: 'a', B: 'b', EMPTY: '' })).toBe(expected)
})

test('a value that looks like a reference is not looked at again', async () => {
  expect(await filled('${A}', { A: '${B} $${B}' })).toBe('${B} $${B}')
})

test('strings anywhere are filled in; keys and everything else stay as they are', async () => {
  const made = new Date(0)
  const call = (): number => 1
  const value = { '${A}': ['${A}', { deep: '${A}' }, 5, null, true, made, call] }
  expect(await filled(value, { A: 'a' })).toEqual({ '${A}': ['a', { deep: 'a' }, 5, null, true, made, call] })
})

test.for([
  ['secret', 'secret'],
  ['secret\n', 'secret'],
  ['secret\r\n', 'secret'],
  ['two\nlines\n', 'two\nlines'],
  ['blank line kept\n\n', 'blank line kept\n'],
] as const)('a file with %j gives %j', async ([content, expected]) => {
  await writeFile(join(directory, 'secret'), content)
  for (const path of ['secret', './secret', join(directory, 'secret')]) {
    const { value, secrets } = await interpolate(`a\${file:${path}}b`, { environment: {}, directory })
    expect(value).toBe(`a${expected}b`)
    expect(secrets).toEqual([expected])
  }
})

test('variables that sound secret are secrets, with their defaults', async () => {
  const environment = {
    PGPASSWORD: '1',
    smtp_pass: '2',
    GITHUB_TOKEN: '3',
    AWS_SECRET_ACCESS_KEY: '4',
    SLACK_WEBHOOK_URL: '5',
    DB_CREDENTIALS: '6',
    DATABASE_URL: 'u',
    REGION: 'r',
  }
  const names = Object.keys(environment)
  const text = `${names.map((name) => `\${${name}}`).join('')}\${API_KEY:-7}\${OTHER:-8}`
  const { secrets } = await interpolate(text, { environment, directory })
  expect(secrets).toEqual(['1', '2', '3', '4', '5', '6', '7'])
})

function escaped(text: string): string {
  return text.replaceAll('${', () => '$${')
}

test('text without references comes back unchanged, and escaped text as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom('$', '{', '}', ':', '-', 'A', ' ', 'é') }),
      async (text) => {
        expect(await filled(escaped(text))).toBe(text)
      },
    ),
    { numRuns: 500 },
  )
})

test('any mix of text, variables and defaults gives its parts in order', async () => {
  const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,5}$/)
  const anyText = fc.string({ unit: 'grapheme' })
  const part = fc.oneof(
    anyText.map((text) => ({ written: escaped(text), name: undefined, value: text })),
    fc
      .tuple(name, anyText)
      .map(([variable, value]) => ({ written: `\${${variable}}`, name: variable, value })),
    fc
      .tuple(
        name,
        anyText.filter((text) => !text.includes('}') && !text.includes('${')),
      )
      .map(([variable, value]) => ({ written: `\${lower_${variable}:-${value}}`, name: undefined, value })),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
      const environment: Record<string, string> = {}
      for (const { name: variable, value } of parts)
        if (variable !== undefined) environment[variable] ??= value
      // A dollar sign at the end of a text would escape the reference after it.
      fc.pre(parts.every(({ written }) => !written.endsWith('$')))
      const expected = parts.map((p) => (p.name === undefined ? p.value : environment[p.name])).join('')
      expect(await filled(parts.map(({ written }) => written).join(''), environment)).toBe(expected)
    }),
    { numRuns: 500 },
  )
})
