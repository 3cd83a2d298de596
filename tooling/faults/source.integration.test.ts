import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { usePostgres } from '@holdfast/lab'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { fakeClients } from './fake-clients.ts'
import { holdTable } from './hold.ts'
import type { Outcome } from './holdfast.ts'
import { backupsIn, damageIn } from './stored.ts'
import { noTraces, tracesOf } from './traces.ts'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

const superuser = usePostgres(inject('postgresUrl'))
const unique = randomBytes(4).toString('hex')

let place: Workplace

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'source')
  await fill(place.database, { megabytes: 8 })
})

beforeEach(() => rm(place.backups, { recursive: true, force: true }))

afterAll(() => place.remove())

/** How a run ended and what it left. */
async function endOf(outcome: Outcome): Promise<object> {
  const { status, error } = reportOf(outcome)
  return { exitCode: outcome.exitCode, status, code: error?.code, ...(await tracesOf(place)) }
}

/** The end of a run that failed for this reason and left nothing. */
function failure(code: string): object {
  return { exitCode: 3, status: 'failed', code, ...noTraces }
}

function urlWith(change: (url: URL) => void): { DATABASE_URL: string } {
  const url = new URL(place.database.url)
  change(url)
  return { DATABASE_URL: url.href }
}

describe('an address that leads nowhere', () => {
  it.each([
    ['a wrong password', 'DATABASE_PASSWORD_WRONG', (url: URL) => (url.password = 'wrong')],
    ['no password', 'DATABASE_PASSWORD_MISSING', (url: URL) => (url.password = '')],
    ['an unknown host', 'DATABASE_HOST_UNKNOWN', (url: URL) => (url.hostname = 'no-such-host.invalid')],
    ['a port that nobody listens on', 'DATABASE_UNREACHABLE', (url: URL) => (url.port = '1')],
    ['a missing database', 'DATABASE_MISSING', (url: URL) => (url.pathname = '/no_such_database')],
    ['an unknown user', 'DATABASE_PASSWORD_WRONG', (url: URL) => (url.username = 'no_such_user')],
  ])('is told apart: %s', async (_, code, change) => {
    expect(await endOf(await place.backUp({ HOME: '/nonexistent', ...urlWith(change) }))).toEqual(
      failure(code),
    )
  })
})

describe('a source that fails in the middle', () => {
  it('its connection is cut while rows are copied', async () => {
    const cut = place.database.psql(`DO $$ DECLARE victim int; BEGIN
      FOR i IN 1..20000 LOOP
        PERFORM pg_stat_clear_snapshot();
        SELECT pid INTO victim FROM pg_stat_activity
          WHERE datname = current_database() AND query LIKE 'COPY %' AND pid <> pg_backend_pid();
        EXIT WHEN victim IS NOT NULL;
        PERFORM pg_sleep(0.001);
      END LOOP;
      PERFORM pg_terminate_backend(victim);
    END $$`)
    const [outcome] = await Promise.all([place.backUp(), cut])
    expect(await endOf(outcome)).toEqual(failure('DATABASE_CONNECTION_LOST'))
  })

  it('a table stays locked', async () => {
    const storages = [{ use: 'local', options: { path: 'backups' } }]
    const job = { database: '${DATABASE_URL}', dump: { lockWaitTimeoutMs: 700 }, storages }
    await place.configure({ jobs: { shop: job } })
    const held = await holdTable(place.database, 'small_3')
    const outcome = await place.run(['backup', '--json'])
    expect(await endOf(outcome)).toEqual(failure('DATABASE_LOCK_TIMEOUT'))
    expect(reportOf(outcome).error?.message).toContain('public.small_3')
    await held.release()
    expect((await place.run(['backup'])).exitCode).toBe(0)
  })
})

describe('client programs that are not as they should be', () => {
  const clients = (name: string, fake: Parameters<typeof fakeClients>[2]) =>
    fakeClients(place.directory, name, fake)

  it.each([
    ['exit-1-after-everything', 'DATABASE_DUMP_FAILED', { script: '"$REAL" "$@"; exit 1' }],
    ['exit-0-with-nothing', 'DATABASE_DUMP_FAILED', { script: 'exit 0' }],
    ['killed-after-everything', 'DATABASE_DUMP_FAILED', { script: '"$REAL" "$@"; kill -9 $$' }],
    ['roles-exit-1', 'DATABASE_DUMP_FAILED', { program: 'pg_dumpall', script: '"$REAL" "$@"; exit 1' }],
    ['older-than-the-server', 'DATABASE_CLIENT_TOO_OLD', { script: 'exit 9', version: '9.6.24' }],
  ])('%s', async (name, code, fake) => {
    expect(await endOf(await place.backUp(await clients(name, fake)))).toEqual(failure(code))
  })

  it('not installed', async () => {
    const directory = join(place.directory, 'none')
    await mkdir(directory)
    expect(await endOf(await place.backUp({ HOLDFAST_POSTGRES_BIN: directory }))).toEqual(
      failure('DATABASE_CLIENT_MISSING'),
    )
  })

  it('an archive that is cut short with exit 0 is found by the verifier', async () => {
    const environment = await clients('cut-short', { script: '"$REAL" "$@" | head -c 200000; exit 0' })
    const outcome = await place.backUp(environment)
    expect(outcome.exitCode).toBe(5)
    expect(reportOf(outcome)).toMatchObject({ status: 'failed', error: { code: 'VERIFY_FAILED' } })
    expect(await backupsIn(place.backups)).toMatchObject([{ verification: 'failed' }])
  })

  it('10 MB of complaints in one line hurt nobody', async () => {
    const script = 'head -c 10000000 /dev/zero | tr "\\0" x >&2; exec "$REAL" "$@"'
    const { exitCode, stdout, stderr } = await place.backUp(await clients('talkative', { script }))
    expect(exitCode).toBe(0)
    expect(stdout.length + stderr.length).toBeLessThan(100_000)
    expect(await damageIn(place.backups)).toEqual([])
  })

  it('a warning with exit 0 is success with that warning', async () => {
    const script = 'echo "pg_dump: warning: something odd" >&2; exec "$REAL" "$@"'
    const outcome = await place.backUp(await clients('warning', { script }))
    expect(outcome.exitCode).toBe(0)
    const warnings = ['pg_dump: something odd']
    expect(reportOf(outcome)).toMatchObject({ status: 'succeeded', warnings })
    expect(await backupsIn(place.backups)).toMatchObject([{ manifest: { warnings } }])
  })
})

describe('a name that is not like others', () => {
  it.each([
    `a/../b${unique}`,
    `-x${unique}`,
    `a=b${unique}`,
    `🐘${unique}`,
    `${'n'.repeat(63 - unique.length)}${unique}`,
    `dbname=postgres ${unique}`,
  ])('of a database: %s', async (name) => {
    const identifier = `"${name.replaceAll('"', '""')}"`
    await superuser.psql(`CREATE DATABASE ${identifier}`)
    try {
      await superuser.psql('CREATE TABLE things (id int); INSERT INTO things VALUES (1), (2)', name)
      const outcome = await place.backUp({ DATABASE_URL: superuser.url(name) })
      expect(outcome.exitCode).toBe(0)
      const [backup] = await backupsIn(place.backups)
      expect(backup).toMatchObject({ verification: 'archive', manifest: { database: { name }, rows: 2 } })
      expect((await place.files()).every((file) => file.startsWith(`${backup?.job}/2`))).toBe(true)
      const to = superuser.url(`${name.slice(0, 40)} copy`)
      const restore = ['restore', 'latest', '--from', place.backups, '--create-database', '--to', to]
      expect((await place.run(restore)).exitCode).toBe(0)
    } finally {
      await superuser.psql(`DROP DATABASE ${identifier}`)
      const copy = `${name.slice(0, 40)} copy`.replaceAll('"', '""')
      await superuser.psql(`DROP DATABASE IF EXISTS "${copy}"`)
    }
  })

  it.each(['@:/%#', `it's "\\ пароль 🐘`])('of a password: %s', async (password) => {
    const role = `source_${unique}`
    await superuser.psql(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${password.replaceAll("'", "''")}'`)
    try {
      const user = (url: URL) => {
        url.username = role
        url.password = encodeURIComponent(password)
      }
      expect((await place.backUp(urlWith(user))).exitCode).toBe(0)
      const { hostname: PGHOST, port: PGPORT } = new URL(place.database.url)
      const variables = {
        PGHOST,
        PGPORT,
        PGUSER: role,
        PGDATABASE: place.database.name,
        PGPASSWORD: password,
      }
      expect((await place.backUp({ DATABASE_URL: '', ...variables })).exitCode).toBe(0)
    } finally {
      await superuser.psql(`DROP ROLE ${role}`)
    }
  })
})
