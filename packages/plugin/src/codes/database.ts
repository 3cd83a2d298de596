import type { ErrorCodeEntry } from './types.ts'

/** Exit code 3: the database, or PostgreSQL's client programs. */
export const databaseCodes = {
  DATABASE_URL_INVALID: {
    exitCode: 3,
    meaning: 'The address of the database can not be read.',
    fix: 'Write it as postgresql://user@host:5432/name, with special characters in the password percent-encoded.',
  },
  DATABASE_UNREACHABLE: {
    exitCode: 3,
    meaning: 'The server does not answer at the host and port given.',
    fix: 'Check host, port, firewall and that the server is running: psql "$DATABASE_URL" -c "SELECT 1".',
  },
  DATABASE_HOST_UNKNOWN: {
    exitCode: 3,
    meaning: "The server's host name does not resolve.",
    fix: 'Check the spelling of the host and the DNS of this machine.',
  },
  DATABASE_TLS: {
    exitCode: 3,
    meaning: 'The connection could not be secured as asked for.',
    fix: 'Check sslmode, sslrootcert and the certificate of the server.',
  },
  DATABASE_PASSWORD_WRONG: {
    exitCode: 3,
    meaning: 'The server refused the password.',
    fix: 'Check the user and password in DATABASE_URL or the password file.',
  },
  DATABASE_PASSWORD_MISSING: {
    exitCode: 3,
    meaning: 'The server asks for a password and none was found.',
    fix: 'Put it in DATABASE_URL, PGPASSWORD or ~/.pgpass; the file must have mode 600.',
  },
  DATABASE_REFUSED: {
    exitCode: 3,
    meaning: 'The server refused this user, host or database by its own rules.',
    fix: "Check pg_hba.conf, the role's LOGIN attribute and the connection limit.",
  },
  DATABASE_MISSING: {
    exitCode: 3,
    meaning: 'The server has no database of this name.',
    fix: 'Check the name at the end of the URL; for a restore, --create-database makes it.',
  },
  DATABASE_PERMISSION: {
    exitCode: 3,
    meaning: 'The user may not read something that the dump needs.',
    fix: 'Grant what the error lists, or exclude those tables.',
  },
  DATABASE_ROW_SECURITY: {
    exitCode: 3,
    meaning: 'Row-level security would hide rows from this user, so the dump would be short.',
    fix: 'Back up as the owner of the tables or as a role with BYPASSRLS.',
  },
  DATABASE_POOLER: {
    exitCode: 3,
    meaning: 'The connection goes through a transaction pooler, through which a dump can silently lose rows.',
    fix: 'Use the direct connection or a session pooler (at Supabase port 5432, not 6543).',
  },
  DATABASE_CLIENT_MISSING: {
    exitCode: 3,
    meaning: "PostgreSQL's client programs are not installed here.",
    fix: 'Install the package that the error names, for example postgresql-client-15.',
  },
  DATABASE_CLIENT_TOO_OLD: {
    exitCode: 3,
    meaning: 'The newest pg_dump here is older than the server.',
    fix: 'Install the client package of the server version that the error names.',
  },
  DATABASE_SERVER_TOO_OLD: {
    exitCode: 3,
    meaning: 'The server is older than PostgreSQL 10.',
    fix: 'Upgrade the server; until then back it up with pg_dump by hand.',
  },
  DATABASE_LOCK_TIMEOUT: {
    exitCode: 3,
    meaning: 'A table stayed locked by another session for longer than lockWaitTimeoutMs.',
    fix: 'Let the session that the error names finish, or back up at a calmer hour.',
  },
  DATABASE_STALLED: {
    exitCode: 3,
    meaning: 'The server sent nothing for longer than stallTimeoutMs.',
    fix: 'Look at pg_stat_activity for what the dump waits for; raise stallTimeoutMs if that is expected.',
  },
  DATABASE_CONNECTION_LOST: {
    exitCode: 3,
    meaning: 'The connection ended in the middle of the work.',
    fix: "Look at the server's log; run the backup again.",
  },
  DATABASE_TABLE_NOT_FOUND: {
    exitCode: 3,
    meaning: 'A table pattern matches nothing.',
    fix: 'Check the spelling and the schema: --table schema.name.',
  },
  DATABASE_DUMP_FAILED: {
    exitCode: 3,
    meaning: 'pg_dump or pg_dumpall failed in a way of its own.',
    fix: 'The error carries the last lines that it printed.',
  },
  DATABASE_QUERY_FAILED: {
    exitCode: 3,
    meaning: 'A query that Holdfast made was refused by the server.',
    fix: 'The error carries what the server said.',
  },
  DATABASE_NOT_EMPTY: {
    exitCode: 3,
    meaning: 'The database to restore into already holds tables.',
    fix: 'Restore into an empty database (--create-database makes one), or pass --allow-non-empty.',
  },
  DATABASE_RESTORE_FAILED: {
    exitCode: 3,
    meaning: 'pg_restore or psql reported an error while restoring.',
    fix: 'The first errors are shown; the target is not to be trusted until a restore ends well.',
  },
} as const satisfies Record<string, ErrorCodeEntry>
