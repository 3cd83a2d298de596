import { startPostgres, type PostgresServer } from '@holdfast/lab'
import { execa } from 'execa'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dumpOf, dumpRequest, errorOf, never, sourceOf, withSnapshot } from './source.test.data.ts'

let directory: string
let server: PostgresServer
const file = (name: string) => join(directory, name)

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-tls-'))
  await makeAuthority('ca')
  await makeAuthority('stranger')
  await issue('ca', 'server', '/CN=localhost', 'subjectAltName=DNS:localhost')
  await issue('ca', 'client', '/CN=postgres', 'extendedKeyUsage=clientAuth')
  server = await startPostgres({
    settings: { ssl: 'on', ssl_ca_file: 'ca.crt' },
    dataFiles: {
      'server.crt': await readFile(file('server.crt'), 'utf8'),
      'server.key': await readFile(file('server.key'), 'utf8'),
      'ca.crt': await readFile(file('ca.crt'), 'utf8'),
      'pg_hba.conf':
        'local all all trust\nhostssl certs all all cert\nhostssl all all all trust\nhost all all all reject\n',
    },
  })
  await server.psql('CREATE DATABASE certs')
  await server.psql('CREATE TABLE t (id int); INSERT INTO t VALUES (1)')
})
afterAll(async () => {
  await server.stop()
  await rm(directory, { recursive: true })
})

async function openssl(...args: string[]): Promise<void> {
  await execa('openssl', args, { cwd: directory })
}

async function makeAuthority(name: string): Promise<void> {
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`]
  await openssl('req', '-x509', ...key, '-out', `${name}.crt`, '-days', '2', '-subj', `/CN=${name}`)
}

async function issue(authority: string, name: string, subject: string, extension: string): Promise<void> {
  await writeFile(file(`${name}.ext`), extension)
  await openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    subject,
  )
  const signed = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-days', '2']
  await openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    ...signed,
    '-out',
    `${name}.crt`,
    '-extfile',
    `${name}.ext`,
  )
}

const url = (parameters: Record<string, string>, database = 'postgres', host = 'localhost') =>
  `postgresql://postgres@${host}:${server.port}/${database}?${new URLSearchParams(parameters).toString().replaceAll('+', '%20')}`
const preflight = (address: string, environment: NodeJS.ProcessEnv = {}) =>
  sourceOf(address, { PATH: process.env['PATH'], ...environment }).preflight(dumpRequest(), never)

describe('TLS', () => {
  it('dumps over a connection whose certificate and host name are checked', async () => {
    const address = url({ sslmode: 'verify-full', sslrootcert: file('ca.crt') })
    await withSnapshot(address, { globals: true }, async (snapshot) => {
      const [archive, counted] = await Promise.all([dumpOf(snapshot), snapshot.count(never)])
      expect(archive.length).toBeGreaterThan(500)
      expect(counted.map(({ rows }) => rows)).toEqual([1])
    })
  })

  it('takes its settings from PGSSL* variables where the URL says nothing', async () => {
    const environment = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: file('ca.crt') }
    await expect(preflight(url({}), environment)).resolves.toBeDefined()
    const error = await errorOf(preflight(url({}), { ...environment, PGSSLROOTCERT: file('stranger.crt') }))
    expect(error.code).toBe('DATABASE_TLS')
  })

  it.for<[string, () => string]>([
    ['an unknown authority', () => url({ sslmode: 'verify-ca', sslrootcert: file('stranger.crt') })],
    [
      'another host name',
      () => url({ sslmode: 'verify-full', sslrootcert: file('ca.crt') }, 'postgres', '127.0.0.1'),
    ],
    ['no root certificate', () => url({ sslmode: 'verify-full', sslrootcert: file('none.crt') })],
  ])('refuses %s', async ([, address]) => {
    const error = await errorOf(preflight(address()))
    expect(error.code).toBe('DATABASE_TLS')
    expect(error.hint).toContain('sslrootcert')
  })

  it('shows a client certificate, and says so when one is missing', async () => {
    const certificate = { sslcert: file('client.crt'), sslkey: file('client.key') }
    await expect(preflight(url({ sslmode: 'require', ...certificate }, 'certs'))).resolves.toBeDefined()
    const error = await errorOf(preflight(url({ sslmode: 'require' }, 'certs')))
    expect(error.code).toBe('DATABASE_TLS')
  })

  it('is refused by the rules of the server without encryption', async () => {
    const error = await errorOf(preflight(url({ sslmode: 'disable' })))
    expect(error.code).toBe('DATABASE_REFUSED')
    expect(error.message).toContain('pg_hba.conf rejects')
  })
})
