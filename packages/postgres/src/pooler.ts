import { HoldfastError } from '@holdfast/plugin'
import { randomBytes } from 'node:crypto'
import { type Address, describeAddress, parameterOf } from './address.ts'
import { quoteLiteral } from './quote.ts'
import type { Session } from './session.ts'

/** Where Supabase's transaction pooler listens. */
const transactionPoolerPort = '6543'

const rounds = 3

/** Refuses the port that stands for a transaction pooler, except on this machine, where any port may be anything. */
export function refusePoolerPort(address: Address): void {
  const port = parameterOf(address, 'port')
  const host = parameterOf(address, 'host') ?? ''
  const isLocal = host === '' || host.startsWith('/') || /^(localhost|127\..*|::1)$/.test(host)
  if (port === transactionPoolerPort && !isLocal) {
    throw poolerError(address, `port ${transactionPoolerPort} is that of a transaction pooler`)
  }
}

/**
 * Refuses a pooler that gives the same server process to several clients, or a client several of them: there the
 * settings of pg_dump land on the wrong one. Two clients take turns, the second one inside a transaction, so that a
 * pooler of any strategy has to show itself.
 */
export async function refusePooler(
  first: Session,
  open: () => Promise<Session>,
  address: Address,
): Promise<void> {
  const second = await open()
  try {
    const mark = randomBytes(8).toString('hex')
    await first.query(`SELECT set_config('holdfast.mark', ${quoteLiteral(mark)}, false)`)
    for (let round = 0; round < rounds; round += 1) {
      const [before] = await first.query<Seen>(look)
      await begin(second, address)
      const [other] = await second.query<Seen>(look)
      if (before?.pid === other?.pid || other?.mark === mark) {
        throw poolerError(address, `two clients were given the same server process ${other?.pid}`)
      }
      const [after] = await first.query<Seen>(look)
      await second.execute('COMMIT')
      if (after?.pid !== before?.pid || after?.mark !== mark) {
        throw poolerError(
          address,
          'one client was given several server processes, and its settings were lost',
        )
      }
    }
  } finally {
    await second.close()
  }
}

async function begin(session: Session, address: Address): Promise<void> {
  try {
    await session.execute('BEGIN')
  } catch (error) {
    if (!String(error).includes('statement pooling')) throw error
    throw poolerError(address, 'it pools single statements and knows no transactions')
  }
}

interface Seen {
  pid: number
  mark: string | null
}

const look = `SELECT pg_backend_pid() AS pid, current_setting('holdfast.mark', true) AS mark`

function poolerError(address: Address, evidence: string): HoldfastError {
  return new HoldfastError(
    'DATABASE_POOLER',
    `${describeAddress(address)} is a transaction pooler (${evidence}). Through one a dump can silently lose rows.`,
    {
      hint:
        'Use the direct connection or a session pooler: at Supabase the same host with port 5432, ' +
        'with pgbouncer a pool_mode=session entry or the server itself.',
    },
  )
}
