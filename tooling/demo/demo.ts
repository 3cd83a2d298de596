import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Report } from '@holdfast/plugin'
import { presenceOf, startPostgres, type PostgresServer } from '@holdfast/lab'
import { checklist } from './checklist.ts'
import { compareDatabases } from './compare.ts'
import { unlessAborted } from './interrupt.ts'
import { holdfast, shell, type Place } from './run.ts'
import { build, describe, makePlace, source } from './sample.ts'
import { command, done, heading, note, outcomes, say } from './say.ts'
import { bucketStore, directoryStore, type Store } from './store.ts'

const copy = 'shop_2'

/** How many tables of the list of contents are shown. */
const shownTables = 6

const next = [
  ['npx holdfast doctor', 'checks all that a backup needs'],
  ['npx holdfast backup', 'makes a verified one in ./backups'],
  ['npx holdfast init  ', 'writes a configuration to start from'],
] as const

/**
 * Everything that is shown, top to bottom. Rejects with what went wrong; nothing is left behind either way.
 *
 * @param s3 keeps the backup in a bucket of an S3 server in this process, in place of a directory
 */
export async function demo(
  signal: AbortSignal,
  { s3, megabytes }: { s3: boolean; megabytes: number },
): Promise<void> {
  const began = performance.now()
  const store = s3 ? await bucketStore() : directoryStore()
  const report = await showAndStop(store, megabytes, signal)

  heading('The checklist of a backup by hand, answered')
  outcomes([
    ...checklist(report).map(
      ({ done, what, because }) => ({ mark: done ? '✓' : '–', what, found: because }) as const,
    ),
    { mark: '✓', what: 'And not on that list: restored, rows compared', found: 'the same in both' },
  ])

  heading('What to try next, with a database of your own')
  say('   export DATABASE_URL=postgresql://user@host:5432/name')
  for (const [line, purpose] of next) say(`   ${line}   ${purpose}`)
  say()
  note(`${since(began)} in all. What the demo made is gone: the server, both databases, ${store.called.end}.`)
}

async function showAndStop(store: Store, megabytes: number, signal: AbortSignal): Promise<Report> {
  heading(`A throwaway PostgreSQL server with a sample database${store.called.heading}`)
  let server: PostgresServer | undefined
  try {
    server = await startPostgres()
    return await show(server, store, megabytes, signal)
  } finally {
    await server?.stop()
    await store.stop()
  }
}

async function show(
  server: PostgresServer,
  store: Store,
  megabytes: number,
  signal: AbortSignal,
): Promise<Report> {
  const [version] = (await server.psql('SHOW server_version')).split(' ')
  done(`PostgreSQL ${version} on ${server.host}:${server.port}`)
  await unlessAborted(build(server, megabytes), signal)
  done(await describe(server))
  if (store.started !== undefined) done(store.started)

  const place = await makePlace(server, store.environment, signal)
  await backUp(place, store)
  const report = await store.readReport(place.directory)
  await inspect(place, store)
  await readByHand(place, store, report)
  await restore(server, place, store)
  return report
}

async function backUp(place: Place, { address, environment }: Store): Promise<void> {
  heading('Back it up')
  command(['export', `DATABASE_URL=${place.environment['DATABASE_URL']}`])
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith('AWS_')) command(['export', `${name}=${value}`])
  }
  await holdfast(['backup', '--to', address], place)
}

async function inspect(place: Place, { address }: Store): Promise<void> {
  heading('See what there is')
  await holdfast(['list', '--from', address], place)
  heading('Read every stored byte again and check it')
  await holdfast(['verify', 'latest', '--from', address], place)
}

async function readByHand(place: Place, store: Store, report: Report): Promise<void> {
  const key = report.backup?.objects.find(({ role }) => role === 'dump')?.key
  if (key === undefined) throw new Error('the backup has no dump')
  heading('Read it without Holdfast')
  const directory = join(place.directory, await bringByHand(place, store, dirname(key)))
  const beside = { ...place, directory }
  await shell([`sha256sum -c`, `${basename(key)}.sha256`], beside)
  say()
  if (presenceOf('zstd').isHere) {
    const search = `| grep -m ${shownTables} 'TABLE DATA'`
    await shell([`zstd -dc ${basename(key)}`, '| pg_restore --list', search], beside)
  } else {
    note('Left out, because zstd is not installed here: zstd -dc … | pg_restore --list')
  }
}

/** Brings what was stored to this machine, where it is not; the directory that it is in. */
async function bringByHand(place: Place, { address }: Store, keys: string): Promise<string> {
  if (!address.startsWith('s3:')) {
    command([`cd backups/${keys}`])
    return `backups/${keys}`
  }
  await mkdir(join(place.directory, 'brought'))
  const brought = { ...place, directory: join(place.directory, 'brought') }
  if (presenceOf('aws').isHere) {
    const endpoint = '--endpoint-url "$AWS_ENDPOINT_URL_S3"'
    await shell(['aws s3 cp --recursive --quiet', endpoint, `${address}/${keys} .`], brought)
  } else {
    note('The aws client is not installed here, so Holdfast brings the objects as they are:')
    await holdfast(['get', 'latest', '--from', address, '--output', '.'], brought)
  }
  return 'brought'
}

async function restore(server: PostgresServer, place: Place, { address }: Store): Promise<void> {
  heading('Restore it into a second database')
  await holdfast(
    ['restore', 'latest', '--from', address, '--to', server.url(copy), '--create-database'],
    place,
  )
  say()
  note('Every row of both databases, counted with psql and not by Holdfast:')
  const { tables, rows, differences } = await compareDatabases(
    (sql, database) => server.psql(sql, database),
    source,
    copy,
  )
  if (differences.length > 0) throw new Error(`the databases differ: ${differences.join('; ')}`)
  done(`${tables} tables, ${rows.toLocaleString('en-US')} rows: the same in both`)
}

function since(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`
}
