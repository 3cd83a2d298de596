import type { ErrorCode } from '@holdfast/plugin'

export interface StderrShape {
  pattern: RegExp
  code: ErrorCode
  message(match: readonly string[], where: string): string
  hint(match: readonly string[], where: string): string
  retryable?: boolean
}

const testIt = 'Try it by hand: psql "$DATABASE_URL" -c "SELECT 1".'

/**
 * The shapes of failure, the more telling first. Sources: PostgreSQL's own messages under LC_MESSAGES=C, clients 13
 * to 18, and the troubleshooting section of the backup procedures.
 */
export const stderrShapes: readonly StderrShape[] = [
  {
    pattern: /password authentication failed for user "([^"]*)"/,
    code: 'DATABASE_PASSWORD_WRONG',
    message: ([, user], where) => `The server refused the password of ${user} (${where}).`,
    hint: () =>
      'Check the user and the password; in a URL special characters must be percent-encoded. ' +
      'A password file must have mode 600 (chmod 600 ~/.pgpass) and a line for this host, port, database and user.',
  },
  {
    pattern: /(?:LDAP|PAM|RADIUS|BSD) authentication failed for user "([^"]*)"|SASL authentication failed/,
    code: 'DATABASE_PASSWORD_WRONG',
    message: (_, where) => `The server refused the password (${where}).`,
    hint: () => 'Check the user and the password; in a URL special characters must be percent-encoded.',
  },
  {
    pattern: /no password supplied|fe_sendauth: no password|password required/,
    code: 'DATABASE_PASSWORD_MISSING',
    message: (_, where) => `The server asks for a password and none was found for ${where}.`,
    hint: () =>
      'Put it in DATABASE_URL, PGPASSWORD or ~/.pgpass; that file must have mode 600 (chmod 600 ~/.pgpass), ' +
      'or libpq ignores it, and a line for this host, port, database and user.',
  },
  {
    pattern:
      /aborting because of server version mismatch(?:[^]*?server version: ([\d.]+)[^]*?version: ([\d.]+))?/,
    code: 'DATABASE_CLIENT_TOO_OLD',
    message: ([, server, client]) =>
      `pg_dump ${client ? `${client} ` : ''}is older than the server${server ? `, which is ${server}` : ''}.`,
    hint: ([, server]) =>
      `Install postgresql-client-${server?.split('.')[0] ?? 'N'}, the client package of the server's major version.`,
  },
  {
    pattern: /could not translate host name "([^"]*)"|Name or service not known|nodename nor servname/,
    code: 'DATABASE_HOST_UNKNOWN',
    message: ([, host], where) => `The host name ${host ? `"${host}" ` : ''}does not resolve (${where}).`,
    hint: () =>
      'Check the spelling of the host and the DNS of this machine. A Supabase direct host has an IPv6 address only.',
    retryable: true,
  },
  {
    pattern:
      /server does not support SSL|SSL error|requires a valid client certificate|certificate authentication failed|certificate verify failed|root certificate file|server certificate for|could not (?:read|load|open) .*(?:certificate|private key)|private key file|server common name|SSL connection .*(?:required|requested)|channel binding required|requires? (?:an )?SSL|SSL\/TLS required/i,
    code: 'DATABASE_TLS',
    message: (_, where) => `The connection to ${where} could not be secured as asked for.`,
    hint: () =>
      'Check sslmode, sslrootcert, sslcert and the files they name; with verify-full the host must be a name in the certificate of the server.',
  },
  {
    pattern: /^(?![^]*, SSL encryption)[^]*no pg_hba\.conf entry for [^\n]*no encryption/,
    code: 'DATABASE_REFUSED',
    message: (_, where) => `The server takes no unencrypted connection like this one (${where}).`,
    hint: () => 'Add sslmode=require to the address, or a line to pg_hba.conf.',
  },
  {
    pattern:
      /no pg_hba\.conf entry for|pg_hba\.conf rejects|is not permitted to log in|too many connections|remaining connection slots|permission denied for database|(?:peer|ident|GSSAPI|SSPI) authentication failed|is not currently accepting connections|failed: FATAL: +role "[^"]*" does not exist/i,
    code: 'DATABASE_REFUSED',
    message: (_, where) => `The server refused the connection by its own rules (${where}).`,
    hint: () => "Check the user's name, its LOGIN and CONNECT rights, pg_hba.conf and the connection limits.",
  },
  {
    pattern: /Tenant or user not found/i,
    code: 'DATABASE_REFUSED',
    message: (_, where) => `The pooler knows no such project or user (${where}).`,
    hint: () =>
      "Supabase's pooler wants the user as postgres.PROJECT and the host of the project's own region.",
  },
  {
    pattern:
      /prepared statement "[^"]*" (?:already exists|does not exist)|unsupported startup parameter|query_wait_timeout/i,
    code: 'DATABASE_POOLER',
    message: (_, where) => `A connection pooler answered at ${where} and did not let a dump through.`,
    hint: () => 'Use the direct connection or a session pooler; at Supabase that is port 5432, not 6543.',
  },
  {
    pattern: /database "(.*)" does not exist/,
    code: 'DATABASE_MISSING',
    message: ([, name], where) => `The server has no database "${name}" (${where}).`,
    hint: () =>
      'Check the name at the end of the URL; psql -l lists the databases. For a restore, --create-database makes it.',
  },
  {
    pattern: /query would be affected by row-level security policy for table "([^"]*)"/,
    code: 'DATABASE_ROW_SECURITY',
    message: ([, table]) => `Row-level security would hide rows of "${table}" from this user.`,
    hint: () => 'Back up as the owner of the tables or as a role with BYPASSRLS.',
  },
  {
    pattern:
      /permission denied for (?:table|relation|sequence|schema|view|materialized view|large object|function|foreign server) ("[^"]*"|[^\s:]+)/,
    code: 'DATABASE_PERMISSION',
    message: ([, name], where) => `The user may not read ${name} (${where}).`,
    hint: () =>
      'GRANT pg_read_all_data TO the user (PostgreSQL 14 and later), or SELECT on what is named, or exclude it.',
  },
  {
    pattern: /no matching (?:tables|schemas|extensions) were found(?: for pattern "([^"]*)")?/,
    code: 'DATABASE_TABLE_NOT_FOUND',
    message: ([, pattern]) => `The table pattern${pattern ? ` "${pattern}"` : ''} matches nothing.`,
    hint: () =>
      'Check the spelling and the schema: --table schema.name. Upper-case names need double quotes inside the pattern.',
  },
  {
    pattern:
      /canceling statement due to (?:lock|statement) timeout[^]*LOCK TABLE|LOCK TABLE[^]*canceling statement due to (?:lock|statement) timeout|canceling statement due to lock timeout/,
    code: 'DATABASE_LOCK_TIMEOUT',
    message: (_, where) =>
      `A table of ${where} stayed locked by another session for longer than lockWaitTimeoutMs.`,
    hint: () =>
      'SELECT * FROM pg_locks WHERE NOT granted shows who waits for whom. Back up at a calmer hour, or raise lockWaitTimeoutMs.',
    retryable: true,
  },
  {
    pattern: /conflict with recovery/,
    code: 'DATABASE_DUMP_FAILED',
    message: (_, where) =>
      `The standby ${where} cancelled the dump, because it stood in the way of its recovery.`,
    hint: () =>
      'Set hot_standby_feedback = on there, or raise max_standby_streaming_delay, or back up the primary.',
    retryable: true,
  },
  {
    pattern:
      /PQgetCopyData\(\) failed|PQgetResult\(\) failed|server closed the connection unexpectedly|terminating connection|connection to server was lost|SSL SYSCALL error|could not receive data from server|could not send data to server|connection not open|invalid snapshot identifier/,
    code: 'DATABASE_CONNECTION_LOST',
    message: (_, where) => `The connection to ${where} ended in the middle of the work.`,
    hint: () =>
      "Look at the server's log for a restart, an administrator's command or a crash; then run the backup again.",
    retryable: true,
  },
  {
    pattern: /the database system is (?:starting up|shutting down|in recovery mode)/,
    code: 'DATABASE_UNREACHABLE',
    message: (_, where) => `The server at ${where} is starting or stopping.`,
    hint: () => 'Try again in a minute.',
    retryable: true,
  },
  {
    pattern:
      /Connection refused|timeout expired|Connection timed out|No route to host|Network is unreachable|Host is down|No such file or directory[^]*(?:Is the server running|domain socket)|Is the server running|Connection reset by peer/,
    code: 'DATABASE_UNREACHABLE',
    message: (_, where) => `The server at ${where} does not answer.`,
    hint: () => `Check the host, the port, the firewall and that the server is running. ${testIt}`,
    retryable: true,
  },
  {
    pattern: /out of shared memory/,
    code: 'DATABASE_DUMP_FAILED',
    message: (_, where) => `The server ${where} has no room for the locks of so many tables.`,
    hint: () =>
      'Raise max_locks_per_transaction to fit the number of tables, or dump fewer of them at a time.',
  },
  {
    pattern: /out of memory/i,
    code: 'DATABASE_DUMP_FAILED',
    message: (_, where) => `Out of memory while dumping ${where}.`,
    hint: () =>
      'pg_dump keeps every definition and every large object in memory: give it more, or try --format plain.',
  },
  {
    pattern: /could not write to output file|No space left on device/,
    code: 'DATABASE_DUMP_FAILED',
    message: () => 'The client could not write its output.',
    hint: () => 'Check the free space where temporary files live (df -h).',
  },
  {
    pattern: /definition of service "([^"]*)" not found|service file "([^"]*)" not found/,
    code: 'DATABASE_URL_INVALID',
    message: ([, service, file]) =>
      service
        ? `The service "${service}" is not in the service file.`
        : `There is no service file "${file}".`,
    hint: () => 'Services are looked up in ~/.pg_service.conf, or in the file that PGSERVICEFILE names.',
  },
  {
    pattern:
      /invalid (?:port number|connection option|integer value|[a-z_]+ value)[^\n]*|could not match \d+ (?:port|host)[^\n]*/,
    code: 'DATABASE_URL_INVALID',
    message: (_, where) => `The address ${where} has a value that libpq does not take.`,
    hint: () => 'Write it as postgresql://user@host:5432/name?parameter=value.',
  },
  {
    pattern: /connection to server [^\n]* failed: (?:FATAL|ERROR):/,
    code: 'DATABASE_REFUSED',
    message: (_, where) => `The server refused the connection (${where}).`,
    hint: () => `Read what the server said. ${testIt}`,
  },
]
