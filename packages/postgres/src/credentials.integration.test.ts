import { usePostgres } from '@holdfast/lab'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { asSql, dumpOf, dumpRequest, errorOf, never, readAll, sourceOf } from './source.test.data.ts'
import { postgresSource } from './source.ts'

const postgres = usePostgres(inject('postgresUrl'))
const { hostname, port } = new URL(inject('postgresUrl'))
const suffix = randomBytes(4).toString('hex')
const user = `canary user ${suffix}`
const password = `ca:n@r/y%41#?& 'p"w\\é ${suffix}`
const databases = [
  `-x${suffix}`,
  `a=b ${suffix}`,
  `a/../b${suffix}`,
  `🐘${suffix}`,
  `${suffix}${'x'.repeat(63 - suffix.length)}`,
  `postgresql://${suffix}`,
  `it's "${suffix}" \\ %41`,
  `dbname=postgres ${suffix}`,
]
let home: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-credentials-'))
  await postgres.psql(`SET standard_conforming_strings = on;
    CREATE ROLE "${user}" SUPERUSER LOGIN PASSWORD '${password.replaceAll("'", "''")}'`)
  for (const name of databases) {
    await postgres.psql(`CREATE DATABASE "${name.replaceAll('"', '""')}"`)
    await postgres.psql('CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2);', name)
  }
})
afterAll(async () => {
  for (const name of databases)
    await postgres.psql(`DROP DATABASE "${name.replaceAll('"', '""')}" WITH (FORCE)`)
  await postgres.psql(`DROP ROLE "${user}"`)
  await rm(home, { recursive: true })
})

const [plainName = ''] = databases.slice(4)
const keyword = (text: string) => `'${text.replaceAll(/['\\]/g, (character) => `\\${character}`)}'`

/** Backs up with nothing in the environment but this, and returns the dump as SQL. */
async function backUp(address: string | undefined, environment: NodeJS.ProcessEnv): Promise<string> {
  const source = postgresSource(address, {
    environment: { PATH: process.env['PATH'], HOME: home, ...environment },
  })
  const request = dumpRequest({ globals: true })
  const facts = await source.preflight(request, never)
  const snapshot = await source.snapshot(request, never)
  try {
    const [archive, counted] = await Promise.all([dumpOf(snapshot), snapshot.count(never)])
    await readAll(snapshot.globals(never) as AsyncIterable<Buffer>)
    expect(counted.map(({ rows }) => rows)).toEqual([2])
    expect(JSON.stringify([facts, snapshot])).not.toContain(suffix + password)
    return await asSql(archive)
  } finally {
    await snapshot.close()
  }
}

describe('names of databases', () => {
  it.for(databases)('%j works in a URL and as a keyword', async (name) => {
    const place = `${encodeURIComponent(user)}:${encodeURIComponent(password)}@${hostname}:${port}`
    expect(await backUp(`postgresql://${place}/${encodeURIComponent(name)}`, {})).toContain('COPY public.t ')
    const words = `host=${hostname} port=${port} user=${keyword(user)} password=${keyword(password)} dbname=${keyword(name)}`
    const facts = await sourceOf(words, {}).preflight(dumpRequest(), never)
    expect(facts.database.name).toBe(name)
  })
})

describe('where the password may come from', () => {
  const line = (name: string) =>
    [hostname, port, name, user, password]
      .map((part) => part.replaceAll(/[\\:]/g, (one) => `\\${one}`))
      .join(':')
  const url = `postgresql://${encodeURIComponent(user)}@${hostname}:${port}/${plainName}`

  it('PG* variables', async () => {
    const environment = {
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: user,
      PGDATABASE: plainName,
      PGPASSWORD: password,
    }
    expect(await backUp(undefined, environment)).toContain('COPY public.t ')
  })

  it('~/.pgpass', async () => {
    await writeFile(join(home, '.pgpass'), `${line(plainName)}\n`, { mode: 0o600 })
    expect(await backUp(url, {})).toContain('COPY public.t ')
    await rm(join(home, '.pgpass'))
  })

  it('PGPASSFILE, unless others may read it, which is said', async () => {
    const good = join(home, 'good-pass')
    const loose = join(home, 'loose-pass')
    await writeFile(good, `${line('*')}\n`, { mode: 0o600 })
    await writeFile(loose, `${line('*')}\n`, { mode: 0o644 })
    expect(await backUp(url, { PGPASSFILE: good })).toContain('COPY public.t ')
    expect(await backUp(`${url}?passfile=${encodeURIComponent(good)}`, {})).toContain('COPY public.t ')
    const error = await errorOf(backUp(url, { PGPASSFILE: loose }))
    expect(error.code).toBe('DATABASE_PASSWORD_MISSING')
    expect(error.hint).toContain('chmod 600')
  })

  it('PGPASSWORD beside a URL without one', async () => {
    expect(await backUp(url, { PGPASSWORD: password })).toContain('COPY public.t ')
  })

  it('a service file, which an address may add to', async () => {
    const service = join(home, 'services')
    const simple = `s${suffix}`
    await postgres.psql(`CREATE ROLE ${simple} SUPERUSER LOGIN PASSWORD '${simple}'`)
    const text = `[main]\nhost=${hostname}\nport=${port}\nuser=${simple}\npassword=${simple}\ndbname=postgres\n`
    await writeFile(service, text, { mode: 0o600 })
    const named = { PGSERVICEFILE: service, PGSERVICE: 'main' }
    const facts = await sourceOf(`service=main dbname=${plainName}`, { PGSERVICEFILE: service }).preflight(
      dumpRequest(),
      never,
    )
    expect(facts.database).toMatchObject({
      name: plainName,
      host: hostname,
      port: Number(port),
      user: simple,
    })
    const whole = await postgresSource(undefined, { environment: named }).preflight(dumpRequest(), never)
    expect(whole.database).toMatchObject({ name: 'postgres', user: simple })
    expect(await backUp(`service=main dbname=${plainName}`, { PGSERVICEFILE: service })).toContain(
      'COPY public.t ',
    )
    await writeFile(join(home, '.pg_service.conf'), text.replace('dbname=postgres', `dbname=${plainName}`))
    expect(await backUp(undefined, { PGSERVICE: 'main' })).toContain('COPY public.t ')
    await rm(join(home, '.pg_service.conf'))
    await postgres.psql(`DROP ROLE ${simple}`)
  })

  it('a URL comes before what the environment says of somewhere else', async () => {
    const elsewhere = {
      PGHOST: 'no-such-host.invalid',
      PGHOSTADDR: '203.0.113.1',
      PGPORT: '1',
      PGSERVICE: 'none',
      PGDATABASE: 'none',
      PGUSER: 'none',
      PGPASSWORD: 'wrong',
      PGOPTIONS: '-c no_such_setting=1',
      PGCLIENTENCODING: 'LATIN1',
    }
    const full = url.replace('@', `:${encodeURIComponent(password)}@`)
    expect(await backUp(full, elsewhere)).toContain("SET client_encoding = 'UTF8'")
  })
})

describe('the password', () => {
  it('is in no command line, error, manifest fact or file left behind', async () => {
    const forms = [password, encodeURIComponent(password), suffix + password]
    const seen: string[] = []
    let isOver = false
    const watching = (async () => {
      while (!isOver) {
        seen.push(...(await commandLines()))
        await sleep(3)
      }
    })()
    const url = `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${hostname}:${port}/${plainName}`
    await backUp(url, {})
    const errors = await Promise.all(
      [
        url.replace(plainName, 'nowhere'),
        url.replace(port, '1'),
        `${url}?sslmode=require`,
        url.replace(hostname, 'no.invalid'),
      ].map((address) => errorOf(backUp(address, {}))),
    )
    isOver = true
    await watching
    const programs = seen.filter((line) => line.includes('psql') || line.includes('pg_dump'))
    expect(programs.length).toBeGreaterThan(20)
    for (const form of forms) {
      expect(seen.filter((line) => line.includes(form))).toEqual([])
      expect(
        errors.map((error) => `${error.message} ${error.hint} ${String(error.cause)}`).join(),
      ).not.toContain(form)
    }
    expect(errors.map(({ code }) => code)).toEqual([
      'DATABASE_MISSING',
      'DATABASE_UNREACHABLE',
      'DATABASE_TLS',
      'DATABASE_HOST_UNKNOWN',
    ])
    const left = await readdir(tmpdir())
    expect(
      left.filter((name) => name.includes(`-${process.pid}-`) && name.startsWith('holdfast-postgres')),
    ).toEqual([])
  })
})

async function commandLines(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
}
