import { describe, expect, it } from 'vitest'
import { parseAddress } from './address.ts'
import { classifyFailure } from './classify.ts'

const address = parseAddress('postgresql://alice:s3cr%40t%2Fcanary@db.example.com:5432/shop', {})
const failed = { code: 1, signal: null }
const classify = (stderr: string, exit: Parameters<typeof classifyFailure>[2] = failed) =>
  classifyFailure('pg_dump', stderr, exit, address)

const connection = 'pg_dump: error: connection to server at "db.example.com" (192.0.2.1), port 5432 failed: '

describe('classifyFailure', () => {
  it.for<[string, string]>([
    [`${connection}FATAL:  password authentication failed for user "alice"`, 'DATABASE_PASSWORD_WRONG'],
    [`${connection}FATAL:  PAM authentication failed for user "alice"`, 'DATABASE_PASSWORD_WRONG'],
    [`${connection}fe_sendauth: no password supplied`, 'DATABASE_PASSWORD_MISSING'],
    [
      `${connection}FATAL:  empty password returned by client\nfe_sendauth: no password supplied`,
      'DATABASE_PASSWORD_MISSING',
    ],
    [
      `${connection}Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?`,
      'DATABASE_UNREACHABLE',
    ],
    [`${connection}timeout expired`, 'DATABASE_UNREACHABLE'],
    [`${connection}No route to host`, 'DATABASE_UNREACHABLE'],
    [`${connection}Network is unreachable`, 'DATABASE_UNREACHABLE'],
    [
      'pg_dump: error: connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?',
      'DATABASE_UNREACHABLE',
    ],
    [`${connection}FATAL:  the database system is starting up`, 'DATABASE_UNREACHABLE'],
    [
      'pg_dump: error: could not translate host name "db.example.com" to address: Name or service not known',
      'DATABASE_HOST_UNKNOWN',
    ],
    [`${connection}FATAL:  database "shop" does not exist`, 'DATABASE_MISSING'],
    [`${connection}server does not support SSL, but SSL was required`, 'DATABASE_TLS'],
    [`${connection}SSL error: certificate verify failed`, 'DATABASE_TLS'],
    [`${connection}server certificate for "other" does not match host name "db.example.com"`, 'DATABASE_TLS'],
    [`${connection}root certificate file "/x" does not exist`, 'DATABASE_TLS'],
    [`${connection}certificate present, but not private key file "/x"`, 'DATABASE_TLS'],
    [
      `${connection}FATAL:  no pg_hba.conf entry for host "192.0.2.9", user "alice", database "shop", no encryption`,
      'DATABASE_REFUSED',
    ],
    [`${connection}FATAL:  role "alice" is not permitted to log in`, 'DATABASE_REFUSED'],
    [`${connection}FATAL:  sorry, too many clients already\n`, 'DATABASE_REFUSED'],
    [`${connection}FATAL:  too many connections for role "alice"`, 'DATABASE_REFUSED'],
    [
      `${connection}FATAL:  remaining connection slots are reserved for non-replication superuser connections`,
      'DATABASE_REFUSED',
    ],
    [`${connection}FATAL:  permission denied for database "shop"`, 'DATABASE_REFUSED'],
    [`${connection}FATAL:  Tenant or user not found`, 'DATABASE_REFUSED'],
    [`${connection}FATAL:  etwas ganz anderes`, 'DATABASE_REFUSED'],
    [
      'pg_dump: error: aborting because of server version mismatch\npg_dump: detail: server version: 17.2 (Debian 17.2-1); pg_dump version: 15.18 (Debian 15.18-0)',
      'DATABASE_CLIENT_TOO_OLD',
    ],
    ['pg_dump: error: query failed: ERROR:  prepared statement "x" does not exist', 'DATABASE_POOLER'],
    [
      'pg_dump: error: query failed: ERROR:  permission denied for table salaries\npg_dump: detail: Query was: LOCK TABLE public.salaries',
      'DATABASE_PERMISSION',
    ],
    ['pg_dump: error: query failed: ERROR:  permission denied for sequence s', 'DATABASE_PERMISSION'],
    [
      'pg_dump: error: query failed: ERROR:  query would be affected by row-level security policy for table "t"',
      'DATABASE_ROW_SECURITY',
    ],
    ['pg_dump: error: no matching tables were found for pattern "ordres"', 'DATABASE_TABLE_NOT_FOUND'],
    ['pg_dump: error: no matching tables were found', 'DATABASE_TABLE_NOT_FOUND'],
    [
      'pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout\npg_dump: detail: Query was: LOCK TABLE public.t IN ACCESS SHARE MODE',
      'DATABASE_LOCK_TIMEOUT',
    ],
    [
      'pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout',
      'DATABASE_LOCK_TIMEOUT',
    ],
    [
      'pg_dump: error: Dumping the contents of table "t" failed: PQgetCopyData() failed.\npg_dump: detail: Error message from server: server closed the connection unexpectedly',
      'DATABASE_CONNECTION_LOST',
    ],
    [
      'pg_dump: error: query failed: FATAL:  terminating connection due to administrator command',
      'DATABASE_CONNECTION_LOST',
    ],
    [
      'pg_dump: error: query failed: ERROR:  invalid snapshot identifier: "0000-1"',
      'DATABASE_CONNECTION_LOST',
    ],
    [
      'pg_dump: error: Dumping the contents of table "t" failed: PQgetResult() failed.\npg_dump: detail: Error message from server: ERROR:  canceling statement due to conflict with recovery',
      'DATABASE_DUMP_FAILED',
    ],
    ['pg_dump: error: could not write to output file: No space left on device', 'DATABASE_DUMP_FAILED'],
    ['pg_dump: error: out of memory', 'DATABASE_DUMP_FAILED'],
    ['pg_dump: error: query failed: ERROR:  out of shared memory', 'DATABASE_DUMP_FAILED'],
    ['pg_dump: error: definition of service "x" not found', 'DATABASE_URL_INVALID'],
    ['pg_dump: error: invalid sslmode value: "perhaps"', 'DATABASE_URL_INVALID'],
    ['something that nobody has seen before', 'DATABASE_DUMP_FAILED'],
    ['', 'DATABASE_DUMP_FAILED'],
  ])('%s is %s', ([stderr, code]) => {
    const error = classify(stderr)
    expect(error.code).toBe(code)
    expect(error.message.length).toBeGreaterThan(20)
    expect(error.hint?.length).toBeGreaterThan(10)
  })

  it('names the versions of a client that is too old', () => {
    const error = classify(
      'pg_dump: error: aborting because of server version mismatch\npg_dump: detail: server version: 17.2; pg_dump version: 15.18',
    )
    expect(error.message).toMatch(/15\.18.*17\.2/)
    expect(error.hint).toContain('postgresql-client-17')
  })

  it('says what was tried, without the password in any form', () => {
    const forms = ['s3cr@t/canary', 's3cr%40t%2Fcanary', 's3cr%40t%2fcanary', 's3cr@t%2Fcanary']
    const error = classify(
      `pg_dump: error: invalid URI "${forms.join(' ')}"\n${connection}Connection refused`,
    )
    expect(error.message).toContain('alice@db.example.com:5432/shop')
    expect(error.message).toContain('[secret]')
    expect(error.message).not.toContain('canary')
  })

  it('says how a process ended that printed nothing of its own', () => {
    expect(classify('', { code: null, signal: 'SIGKILL' }).message).toContain('was ended by SIGKILL')
    expect(classify('', { code: null, signal: 'SIGKILL' }).hint).toContain('memory')
    expect(classify('', { code: 3, signal: null }).message).toContain('exited with 3')
    expect(classify('', { code: null, signal: null }).message).toContain('could not be started')
  })

  it('leaves out the running commentary', () => {
    const error = classify(
      'pg_dump: reading schemas\npg_dump: dumping contents of table "x"\npg_dump: error: odd\npg_dump: detail: more',
    )
    expect(error.message).toContain('pg_dump said: pg_dump: error: odd | pg_dump: detail: more')
    expect(error.message).not.toContain('reading')
  })

  it('keeps the message short, however much was printed', () => {
    expect(classify('x'.repeat(10_000_000)).message.length).toBeLessThan(1_000)
  })
})
