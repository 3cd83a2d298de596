import { glob, mkdir, readFile } from 'node:fs/promises'
import { basename, delimiter, dirname, join } from 'node:path'
import type { Report } from '@holdfast/plugin'
import { createSampleDatabase, startPostgres, type PostgresServer } from '@holdfast/lab'
import { checklist } from './checklist.ts'
import { compareDatabases } from './compare.ts'
import { unlessAborted } from './interrupt.ts'
import { holdfast, isInstalled, shell, type Place } from './run.ts'
import { heading, note, outcome, say } from './say.ts'

const source = 'shop'
const copy = 'shop_restored'

/** How long the list of contents is shown. */
const shownContents = 16

/** Everything that is shown, top to bottom. Rejects with what went wrong; nothing is left behind either way. */
export async function demo(signal: AbortSignal): Promise<void> {
  const began = performance.now()
  heading('Start a throwaway PostgreSQL server with a sample database')
  const server = await startPostgres()
  const report = await show(server, signal).finally(server.stop)

  heading('The checklist of a backup by hand, ticked from the report of the run')
  for (const { done, what, because } of checklist(report)) outcome(done ? '✓' : '–', what, because)
  say()
  outcome('✓', 'Not on that list:', 'restored, and every row counted')

  heading('What to try next, with a database of your own')
  say('   export DATABASE_URL=postgresql://user@host:5432/name')
  say('   npx holdfast doctor')
  say('   npx holdfast backup')
  say()
  note(`${since(began)} in all. What the demo made is gone: the server, both databases, ./backups.`)
}

async function show(server: PostgresServer, signal: AbortSignal): Promise<Report> {
  outcome('✓', `PostgreSQL ${await server.psql('SHOW server_version')}`, `on ${server.host}:${server.port}`)
  const building = performance.now()
  await unlessAborted(build(server), signal)
  outcome('✓', await describe(server), since(building))

  const place = await makePlace(server, signal)
  const report = await backUp(place)
  await inspect(place)
  await readByHand(place, report)
  await restore(server, place)
  return report
}

async function build(server: PostgresServer): Promise<void> {
  await server.psql(`CREATE DATABASE ${source}`)
  await createSampleDatabase((sql) => server.psql(sql, source))
}

async function describe(server: PostgresServer): Promise<string> {
  const [tables, size] = (
    await server.psql(
      `SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema');
       SELECT pg_database_size(current_database())`,
      source,
    )
  ).split('\n')
  return `database ${source}: ${tables} tables, ${Math.round(Number(size) / 1_000_000)} MB`
}

/** In the server's directory, because that is removed even if this process is killed. */
async function makePlace(server: PostgresServer, signal: AbortSignal): Promise<Place> {
  const directory = join(server.directory, 'demo')
  await mkdir(directory)
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|HOLDFAST_CONFIG$)/.test(name))
  const environment = {
    ...Object.fromEntries(inherited),
    PATH: `${server.binDirectory}${delimiter}${process.env['PATH'] ?? ''}`,
    DATABASE_URL: server.url(source),
  }
  return { directory, environment, signal }
}

async function backUp(place: Place): Promise<Report> {
  heading('Back it up')
  note(`DATABASE_URL is ${place.environment['DATABASE_URL']}`)
  await holdfast(['backup', '--to', './backups'], place)
  for await (const path of glob('backups/**/*.report.json', { cwd: place.directory })) {
    return JSON.parse(await readFile(join(place.directory, path), 'utf8')) as Report
  }
  throw new Error('the backup left no report')
}

async function inspect(place: Place): Promise<void> {
  heading('See what there is')
  await holdfast(['list', '--from', './backups'], place)
  heading('Read every stored byte again and check it')
  await holdfast(['verify', 'latest', '--from', './backups'], place)
}

async function readByHand(place: Place, report: Report): Promise<void> {
  const key = report.backup?.objects.find(({ role }) => role === 'dump')?.key
  if (key === undefined) throw new Error('the backup has no dump')
  const beside = { ...place, directory: join(place.directory, 'backups', dirname(key)) }
  heading('Read it without Holdfast')
  note(`In backups/${dirname(key)}:`)
  await shell([`sha256sum -c`, `${basename(key)}.sha256`], beside)
  if (await isInstalled('zstd')) {
    say()
    await shell([`zstd -dc ${basename(key)}`, '| pg_restore --list', `| head -n ${shownContents}`], beside)
  } else {
    outcome('–', 'zstd -dc … | pg_restore --list', 'left out: zstd is not installed here')
  }
}

async function restore(server: PostgresServer, place: Place): Promise<void> {
  heading('Restore it into a second database')
  await holdfast(
    ['restore', 'latest', '--from', './backups', '--to', server.url(copy), '--create-database'],
    place,
  )
  say()
  note('The rows of both databases, counted with psql and not by Holdfast:')
  const { tables, rows, differences } = await compareDatabases(server.psql, source, copy)
  if (differences.length > 0) throw new Error(`the databases differ: ${differences.join('; ')}`)
  outcome('✓', `${tables} tables, ${rows.toLocaleString('en-US')} rows`, 'the same in both')
}

function since(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`
}
