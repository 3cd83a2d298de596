/**
 * libpq's connection parameters, each with the environment variable that carries it, or undefined where libpq
 * has none. Source: "Parameter Key Words" and "Environment Variables" in PostgreSQL's documentation of libpq.
 */
export const parameterVariables = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  passfile: 'PGPASSFILE',
  require_auth: 'PGREQUIREAUTH',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  client_encoding: 'PGCLIENTENCODING',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  fallback_application_name: undefined,
  keepalives: undefined,
  keepalives_idle: undefined,
  keepalives_interval: undefined,
  keepalives_count: undefined,
  tcp_user_timeout: undefined,
  replication: undefined,
  gssencmode: 'PGGSSENCMODE',
  sslmode: 'PGSSLMODE',
  requiressl: 'PGREQUIRESSL',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslcompression: 'PGSSLCOMPRESSION',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslcertmode: 'PGSSLCERTMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcrl: 'PGSSLCRL',
  sslcrldir: 'PGSSLCRLDIR',
  sslsni: 'PGSSLSNI',
  requirepeer: 'PGREQUIREPEER',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  min_protocol_version: 'PGMINPROTOCOLVERSION',
  max_protocol_version: 'PGMAXPROTOCOLVERSION',
  krbsrvname: 'PGKRBSRVNAME',
  gsslib: 'PGGSSLIB',
  gssdelegation: 'PGGSSDELEGATION',
  service: 'PGSERVICE',
  servicefile: 'PGSERVICEFILE',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
} as const satisfies Record<string, string | undefined>

export type ParameterName = keyof typeof parameterVariables

export function isParameter(name: string): name is ParameterName {
  return Object.hasOwn(parameterVariables, name)
}

/** Secrets that libpq takes as parameters, and that neither its environment nor its password file can carry. */
export const secretParameters: ReadonlySet<string> = new Set([
  'sslpassword',
  'scram_client_key',
  'scram_server_key',
  'oauth_client_secret',
])

/**
 * Would change what a dump looks like or where the session goes behind the back of an address that says where;
 * from the environment they count only where the environment is the whole address.
 */
export const redirectingParameters: ReadonlySet<ParameterName> = new Set(['hostaddr', 'options', 'service'])

/** The two that a dump must never inherit: the encoding is the database's own, the name is Holdfast's. */
export const ownParameters: ReadonlySet<ParameterName> = new Set(['client_encoding', 'application_name'])
