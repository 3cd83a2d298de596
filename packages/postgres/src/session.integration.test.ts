import { type TestDatabase, usePostgres } from '@holdfast/lab'
import { hasCode, makePrivateDirectory, type PrivateDirectory } from '@holdfast/plugin'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Address, parseAddress } from './address.ts'
import { type Client, findClients, newestClient } from './clients.ts'
import { connectionEnvironment } from './environment.ts'
import { quoteLiteral } from './quote.ts'
import { openSession, type Session } from './session.ts'

const postgres = usePostgres(inject('postgresUrl'))
let database: TestDatabase
let client: Client
let directory: PrivateDirectory
let session: Session | undefined

beforeAll(async () => {
  database = await postgres.createDatabase('session')
  client = newestClient(await findClients(process.env))
  directory = await makePrivateDirectory('postgres')
})
afterEach(async () => {
  await session?.close()
  session = undefined
})
afterAll(async () => {
  await directory.remove()
  await database.drop()
})

async function open(address: Address, signal = new AbortController().signal): Promise<Session> {
  const environment = await connectionEnvironment(address, process.env, directory.path)
  session = await openSession(client, address, {
    environment,
    applicationName: 'holdfast:session-test',
    signal,
  })
  return session
}

async function openDefault(signal?: AbortSignal): Promise<Session> {
  return open(parseAddress(database.url, {}), signal)
}

async function backends(): Promise<number> {
  return Number(
    await postgres.psql(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database.name}' AND application_name = 'holdfast:session-test'`,
    ),
  )
}

describe('openSession', () => {
  it('gives rows with every kind of text unchanged', async () => {
    const connection = await openDefault()
    const hostile = "it's :DBNAME :'DBNAME' \\echo \\\\ \n ; \t é 🐘 \"q\" $$ -- /* holdfast"
    const rows = await connection.query<{ text: string; number: number; nothing: null; list: number[] }>(
      `SELECT ${quoteLiteral(hostile)} AS text, 1.5 AS number, NULL AS nothing, ARRAY[1, 2] AS list`,
    )
    expect(rows).toEqual([{ text: hostile, number: 1.5, nothing: null, list: [1, 2] }])
  })

  it('keeps the order of queries asked for at once, and goes on after an error', async () => {
    const connection = await openDefault()
    const outcomes = await Promise.allSettled([
      connection.query('SELECT 1 AS n'),
      connection.query('SELECT nonsense'),
      connection.query('SELECT generate_series(1, 3) AS n'),
    ])
    expect(outcomes[0]).toMatchObject({ value: [{ n: 1 }] })
    expect(outcomes[1]).toMatchObject({
      reason: { code: 'DATABASE_QUERY_FAILED', cause: { sqlState: '42703' } },
    })
    expect(outcomes[2]).toMatchObject({ value: [{ n: 1 }, { n: 2 }, { n: 3 }] })
  })

  it('carries megabytes', async () => {
    const connection = await openDefault()
    const [row] = await connection.query<{ text: string }>(`SELECT repeat('é', 3000000) AS text`)
    expect(row?.text.length).toBe(3_000_000)
  })

  it('keeps one transaction over many statements', async () => {
    const connection = await openDefault()
    await connection.execute('BEGIN')
    await connection.execute('CREATE TABLE public.gone (id int)')
    await connection.execute('ROLLBACK')
    expect(await connection.query(`SELECT to_regclass('public.gone') AS gone`)).toEqual([{ gone: null }])
  })

  it('cancels a running query on the server when aborted', async () => {
    const controller = new AbortController()
    const connection = await openDefault(controller.signal)
    const failed = connection.query('SELECT pg_sleep(60)').catch((error: unknown) => error)
    await sleep(200)
    controller.abort(new Error('enough'))
    expect(await failed).toMatchObject({ message: 'enough' })
    await connection.closed
    await expect.poll(backends, { timeout: 3_000 }).toBe(0)
  })

  it('ends a running query on close', async () => {
    const connection = await openDefault()
    const failed = connection.query('SELECT pg_sleep(60)').catch((error: unknown) => error)
    await connection.close()
    expect(hasCode(await failed, 'DATABASE_CONNECTION_LOST')).toBe(true)
    await expect.poll(backends, { timeout: 3_000 }).toBe(0)
  })

  it('says that the connection is lost when the server ends it', async () => {
    const connection = await openDefault()
    const failed = connection.query('SELECT pg_sleep(60)').catch((error: unknown) => error)
    await sleep(200)
    await postgres.psql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.name}' AND application_name = 'holdfast:session-test'`,
    )
    const error = await failed
    expect(error).toMatchObject({ code: 'DATABASE_CONNECTION_LOST' })
    expect(String(error)).toContain('terminating connection due to administrator command')
    await connection.closed
    await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_CONNECTION_LOST' })
  })
})

describe('a connection that fails', () => {
  const table: [string, (url: URL) => string, string][] = [
    [
      'a wrong password',
      (url) => url.href.replace('shared-between-tests', 'canary-wrong'),
      'DATABASE_PASSWORD_WRONG',
    ],
    ['no password', (url) => url.href.replace(':shared-between-tests', ''), 'DATABASE_PASSWORD_MISSING'],
    ['a missing database', (url) => url.href.replace(url.pathname, '/no_such'), 'DATABASE_MISSING'],
    ['an unknown host', (url) => url.href.replace(url.host, 'no-such-host.invalid'), 'DATABASE_HOST_UNKNOWN'],
    ['a refused port', (url) => url.href.replace(url.host, '127.0.0.1:1'), 'DATABASE_UNREACHABLE'],
    ['a missing socket', () => 'postgresql://%2Fno%2Fsuch%2Fdirectory/x', 'DATABASE_UNREACHABLE'],
    ['TLS that the server does not have', (url) => `${url.href}?sslmode=require`, 'DATABASE_TLS'],
    [
      'a missing root certificate',
      (url) => `${url.href}?sslmode=verify-full&sslrootcert=/no/such`,
      'DATABASE_TLS',
    ],
    ['an unknown service', () => 'service=no_such_service', 'DATABASE_URL_INVALID'],
    ['a value that libpq refuses', (url) => `${url.href}?sslmode=perhaps`, 'DATABASE_URL_INVALID'],
  ]
  it.for(table)('tells apart %s', async ([, address, code]) => {
    const text = address(new URL(database.url))
    const error: unknown = await open(parseAddress(text, { HOME: directory.path })).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code })
    expect(String(error)).not.toContain('canary')
    expect(String(error)).not.toContain('shared-between-tests')
    expect((error as { hint: string }).hint.length).toBeGreaterThan(10)
  })
})
