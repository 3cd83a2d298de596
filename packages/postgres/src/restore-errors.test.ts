import { expect, it } from 'vitest'
import { collectErrors } from './restore-errors.ts'

it('collects errors with the object they are about, and counts the rest', () => {
  const errors = collectErrors()
  const said = `pg_restore: connecting to database for restore
pg_restore: creating TABLE "public.a"
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 216; 1259 16384 TABLE a postgres
pg_restore: error: could not execute query: ERROR:  relation "a" already exists
Command was: CREATE TABLE public.a (
    "ERROR: " integer
);
pg_restore: from TOC entry 3400; 0 16384 TABLE DATA a postgres
pg_restore: error: COPY failed for table "a": ERROR:  duplicate key value violates unique constraint "a_pkey"
DETAIL:  Key (id)=(1) already exists.
CONTEXT:  COPY a, line 1
pg_restore: warning: errors ignored on restore: 2`
  for (const line of said.split('\n')) errors.line(line)
  expect(errors.count).toBe(2)
  expect(errors.shown).toEqual([
    'TABLE a postgres: could not execute query: ERROR:  relation "a" already exists',
    'TABLE DATA a postgres: COPY failed for table "a": ERROR:  duplicate key value violates unique constraint "a_pkey" DETAIL:  Key (id)=(1) already exists.',
  ])
  for (let index = 0; index < 20; index += 1)
    errors.line(`psql:<stdin>:${index}: ERROR:  ${'x'.repeat(1_000)}`)
  expect(errors.count).toBe(22)
  expect(errors.shown).toHaveLength(10)
  expect(errors.shown.every((error) => error.length <= 400)).toBe(true)
})

it('does not take a notice of psql for an error', () => {
  const errors = collectErrors()
  errors.line('psql:<stdin>:3: NOTICE:  ERROR is only a word here')
  errors.line('psql:<stdin>:4: WARNING:  there is no transaction in progress')
  expect(errors.count).toBe(0)
  errors.line('psql:<stdin>:5: error: invalid command \\restrict')
  expect(errors.shown).toEqual(['error: invalid command \\restrict'])
})
