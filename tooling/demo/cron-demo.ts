import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres, type PostgresServer } from '@holdfast/lab'
import { unlessAborted, Interruption } from './interrupt.ts'
import { holdfast, holdfastCron } from './run.ts'
import { build, describe, makePlace } from './sample.ts'
import { done, heading, note, say } from './say.ts'

const configuration = `jobs:
  shop:
    database: \${DATABASE_URL}
    schedule:
      backup: '*/20 * * * * *'
      check: '30 * * * * *'
    expectEvery: 5m
    storages:
      - use: local
        options: { path: ./backups }
        retention: { last: 5 }
`

/** How long it runs before its metrics are shown. */
const watchedMs = 60_000

/** What is shown of the metrics. */
const told = /^holdfast_(?!cron_)\S+ \S+$/

/**
 * Backs the sample database up by a schedule and shows what Prometheus is told after a minute. At a terminal it goes on
 * until somebody stops it. Rejects with what went wrong; nothing is left behind either way.
 */
export async function cronDemo(signal: AbortSignal, megabytes: number): Promise<void> {
  heading('A throwaway PostgreSQL server with a sample database')
  const server = await startPostgres()
  try {
    await show(server, megabytes, signal)
  } finally {
    await server.stop()
  }
}

async function show(server: PostgresServer, megabytes: number, signal: AbortSignal): Promise<void> {
  await unlessAborted(build(server, megabytes), signal)
  done(await describe(server))
  const place = await makePlace(server, {}, signal)

  heading('A backup every 20 seconds, in holdfast.config.yaml')
  await writeFile(join(place.directory, 'holdfast.config.yaml'), configuration)
  for (const line of configuration.trimEnd().split('\n')) say(`   ${line}`)
  heading('When that is')
  await holdfast(['schedule'], place)

  heading('The cron app')
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  for (const [path, what] of pages) say(`   ${address}${path.padEnd(10)}${what}`)
  say()
  const cron = holdfastCron(['--port', String(port)], place)
  const ended = cron.ended.then((exitCode) => {
    if (!signal.aborted) throw new Error(`holdfast-cron ended with exit code ${exitCode}`)
  })
  try {
    await Promise.race([sleep(watchedMs, undefined, { signal }), ended])
    await showMetrics(address)
    say()
    await holdfast(['list'], place)
    if (process.stdout.isTTY) {
      say()
      note('It goes on until you stop it with Ctrl-C.')
      await Promise.race([untilAborted(signal), ended])
    }
  } catch (error) {
    if (!(signal.reason instanceof Interruption)) throw error
    throw signal.reason
  } finally {
    ended.catch(() => {})
    cron.stop()
    await cron.ended
  }
  note('What the demo made is gone: the server, its database, ./backups.')
}

const pages = [
  ['/healthz', 'is it alive?'],
  ['/readyz', 'do its storages answer?'],
  ['/metrics', 'for Prometheus'],
] as const

async function showMetrics(address: string): Promise<void> {
  heading('What Prometheus is told after a minute')
  const body = await (await fetch(`${address}/metrics`)).text()
  const lines = body.split('\n').filter((line) => told.test(line) && !line.endsWith(' 0'))
  if (lines.length === 0) throw new Error('the metrics say nothing of the job')
  for (const line of lines) say(`   ${line}`)
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  await new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
