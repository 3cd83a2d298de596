import type { Job } from '@holdfast/core'
import type { SourceFacts } from '@holdfast/plugin'
import { passwordFileWarnings, type Address } from '@holdfast/postgres'
import type { Context } from '../context.ts'
import { formatBytes, formatDuration } from '../render/units.ts'
import { codeOf, failed, passed, skipped, warned, type DoctorCheck } from './check.ts'

/** What preflight looks at, in its order, and the codes that say which of it failed. */
const steps = [
  { name: 'clients', codes: ['DATABASE_CLIENT_MISSING'] },
  {
    name: 'connection',
    codes: [
      'DATABASE_UNREACHABLE',
      'DATABASE_HOST_UNKNOWN',
      'DATABASE_TLS',
      'DATABASE_PASSWORD_WRONG',
      'DATABASE_PASSWORD_MISSING',
      'DATABASE_REFUSED',
      'DATABASE_MISSING',
      'DATABASE_CONNECTION_LOST',
      'DATABASE_STALLED',
    ],
  },
  { name: 'versions', codes: ['DATABASE_CLIENT_TOO_OLD', 'DATABASE_SERVER_TOO_OLD'] },
  { name: 'pooler', codes: ['DATABASE_POOLER'] },
  { name: 'tables', codes: ['DATABASE_TABLE_NOT_FOUND', 'DATABASE_QUERY_FAILED'] },
  { name: 'permissions', codes: ['DATABASE_PERMISSION'] },
  { name: 'row security', codes: ['DATABASE_ROW_SECURITY'] },
]

/** How far two clocks may be apart before nothing is deleted any more. */
export const clockToleranceMs = 5 * 60_000

/** Asks the source what a backup would meet, and says for each step how it went. */
export async function checkDatabase(
  job: Job,
  address: Address,
  { environment, signal }: Pick<Context, 'environment' | 'signal'>,
): Promise<{ checks: DoctorCheck[]; facts?: SourceFacts }> {
  const aboutFile = await passwordFileWarnings(address, environment)
  const file = aboutFile.map((warning) => warned('password file', warning))
  try {
    const facts = await job.source.preflight({ ...job.dump, job: job.name }, signal)
    const warnings = facts.warnings
      .filter((warning) => !aboutFile.includes(warning))
      .map((warning) => warned('database', job.redactor.text(warning)))
    return { checks: [...describe(facts), ...file, ...warnings, checkClock(facts)], facts }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    return { checks: [...file, ...upToFailure(error, job)] }
  }
}

function describe({ database, client }: SourceFacts): DoctorCheck[] {
  return [
    passed(
      'connection',
      `${database.user}@${database.host}:${database.port}/${database.name}, ${formatBytes(database.bytes)}`,
    ),
    passed('versions', `PostgreSQL ${database.serverVersion}, pg_dump ${client.version}`),
    passed('pooler', 'none in between'),
    passed('permissions', 'everything in the dump can be read'),
    passed('row security', 'hides nothing from this user'),
  ]
}

/**
 * The steps before the one that failed are fine, those after it were not reached. A pooler may be told by its port
 * alone, before anything else was tried.
 */
function upToFailure(error: unknown, job: Job): DoctorCheck[] {
  const at = steps.findIndex(({ codes }) => codes.includes(codeOf(error)))
  const name = steps[at]?.name ?? 'database'
  // The clients have a line of their own above.
  const before = name === 'pooler' ? [] : steps.slice(1, Math.max(at, 1))
  const after = at === -1 ? [] : steps.slice(1).filter((step) => step.name !== name && !before.includes(step))
  return [
    ...before.map((step) => passed(step.name, 'fine')),
    failed(name, error, job.redactor),
    ...after.map((step) => skipped(step.name, 'not reached')),
  ]
}

function checkClock({ clockSkewMs }: SourceFacts): DoctorCheck {
  const apart = formatDuration(Math.abs(clockSkewMs))
  if (Math.abs(clockSkewMs) <= clockToleranceMs) return passed('clock', `${apart} apart from the server's`)
  const side = clockSkewMs > 0 ? 'behind' : 'ahead of'
  return warned(
    'clock',
    `this machine is ${apart} ${side} the server, so retention deletes nothing`,
    'Set the clock of one of them, or run NTP on both.',
  )
}
