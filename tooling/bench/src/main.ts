import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  holdfastFile,
  isRgwInstalled,
  makeHoldfast,
  presenceOf,
  startPostgres,
  startRgw,
} from '@holdfast/lab'
import { createBucket } from './bucket.ts'
import { generateTables, growDatabase } from './generate.ts'
import { measureListing } from './listing.ts'
import { rowsOf, type Results } from './result.ts'
import { emptyDirectory, runRounds, verifiedBackup, type Bench } from './rounds.ts'
import { runS3Rounds } from './s3-rounds.ts'
import { inMegabytes, renderTable } from './table.ts'

const usage = `npm run bench -- [--gigabytes 1] [--rounds 5] [--no-memory] [--no-s3]

  --gigabytes  size of the database that is timed, 1 or more for figures to quote
  --rounds     how often each side runs, the written procedure once only; the medians are compared
  --no-memory  leave out the peak memory at 0.5 and 4 GB, which needs a database of 4 GB
  --no-s3      leave out S3, which needs Ceph's object gateway and zstd
`

/** The same for both sides. A server that does not wait for its disk leaves the difference between the tools to see. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
  shared_buffers: '512MB',
  maintenance_work_mem: '128MB',
  autovacuum: 'off',
}

const database = 'bench'
const gigabyte = 1e9
const memoryGigabytes = [0.5, 4]
/** How often the memory at each size is looked at; the most of it counts. */
const memoryRuns = 3
const listedBackups = 2500

const options = readOptions()
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.exitCode = signal === 'SIGINT' ? 130 : 143
    interrupted.abort(new Error('interrupted'))
  })
}

try {
  await main(interrupted.signal)
} catch (error) {
  if (!interrupted.signal.aborted) throw error
  say('interrupted; everything is cleaned up')
}

async function main(signal: AbortSignal): Promise<void> {
  await makeHoldfast()
  const holdfast = [process.execPath, holdfastFile] as const
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  const server = await startPostgres({ settings })
  try {
    await server.psql(`CREATE DATABASE ${database}`)
    const bench: Bench = { server, database, directory, holdfast, signal }
    const rows = await measureAll(bench)
    const version = await server.psql('SHOW server_version')
    console.log(`
PostgreSQL ${version}, ${options.rounds} rounds side by side, medians; the written procedure once
server settings of both sides: ${Object.entries(settings)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}

${renderTable(rows)}`)
    if (rows.some((row) => !row.isMet)) process.exitCode = 1
  } finally {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

// One database grows from size to size: its beginning is the same in each.
async function measureAll(bench: Bench): Promise<Parameters<typeof renderTable>[0]> {
  const { server, signal } = bench
  const psql = (sql: string) => server.psql(sql, database)
  let generated = await generateTables(psql)
  const memory = new Map<number, number>()
  let timed: Results['timed'] | undefined
  let s3: Results['s3']
  const sizes = new Set([options.gigabytes, ...(options.memory ? memoryGigabytes : [])])
  for (const gigabytes of [...sizes].toSorted((a, b) => a - b)) {
    say(`generating ${gigabytes} GB`)
    generated = await growDatabase(psql, generated, { bytes: gigabytes * gigabyte, signal })
    const bytes = Number(await psql(`SELECT pg_database_size('${database}')`))
    if (gigabytes === options.gigabytes) {
      timed = { bytes, rounds: await runRounds(bench, options.rounds, say) }
      s3 = await measureS3(bench, bytes)
    }
    memory.set(gigabytes, await peakBytesOf(bench, gigabytes))
  }
  if (timed === undefined) throw new Error('nothing was timed')
  return rowsOf({ timed, memory, s3 })
}

/** The most memory that any of some backups took. */
async function peakBytesOf(bench: Bench, gigabytes: number): Promise<number> {
  let most = 0
  for (let run = 1; run <= memoryRuns; run += 1) {
    const { peakBytes } = await verifiedBackup(bench, true)
    await emptyDirectory(bench)
    say(`peak memory of a backup of ${gigabytes} GB, ${run} of ${memoryRuns}: ${inMegabytes(peakBytes)}`)
    most = Math.max(most, peakBytes)
  }
  return most
}

async function measureS3(bench: Bench, bytes: number): Promise<Results['s3']> {
  if (!options.s3) return undefined
  if (!isRgwInstalled()) {
    say('S3 IS LEFT OUT: Ceph RGW is not installed')
    return undefined
  }
  const zstd = presenceOf('zstd')
  if (!zstd.isHere) {
    say(`S3 IS LEFT OUT: ${zstd.because}`)
    return undefined
  }
  const server = await startRgw()
  try {
    const s3Bench = { ...bench, bucket: await createBucket(server, 'bench') }
    return {
      bytes,
      rounds: await runS3Rounds(s3Bench, options.rounds, say),
      listing: await measureListing(s3Bench, { backups: listedBackups, rounds: options.rounds }, say),
    }
  } finally {
    await server.stop()
  }
}

function readOptions(): { gigabytes: number; rounds: number; memory: boolean; s3: boolean } {
  try {
    const { values } = parseArgs({
      allowNegative: true,
      options: {
        gigabytes: { type: 'string', default: '1' },
        rounds: { type: 'string', default: '5' },
        memory: { type: 'boolean', default: true },
        s3: { type: 'boolean', default: true },
      },
    })
    const [gigabytes, rounds] = [Number(values.gigabytes), Number(values.rounds)]
    if (!(gigabytes > 0 && gigabytes <= 64))
      throw new Error(`--gigabytes ${values.gigabytes} is not between 0 and 64`)
    if (!(Number.isInteger(rounds) && rounds > 0))
      throw new Error(`--rounds ${values.rounds} is not 1 or more`)
    return { gigabytes, rounds, memory: values.memory, s3: values.s3 }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}

function say(text: string): void {
  console.error(`bench: ${text}`)
}
