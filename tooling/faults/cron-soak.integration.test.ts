import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Report } from '@holdfast/plugin'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { resourcesOf, startCron, type Resources, type RunningCron } from './cron.ts'
import { writePlugin } from './cron-plugins.ts'
import { backupsIn, damageIn, dataAmong } from './stored.ts'
import { tracesOf } from './traces.ts'
import { createWorkplace, fill, type Workplace } from './workplace.ts'

/** How long the whole of it takes at least; the process is killed three times within the first 30 seconds at most. */
const soakMs = Number(process.env['HOLDFAST_SOAK_SECONDS'] ?? 60) * 1000
const kills = 3
const killedWithinMs = Math.min(30_000, soakMs / 2)
const runsBefore = 10

let place: Workplace
let cron: RunningCron | undefined

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'soak')
  await fill(place.database, { megabytes: 0.1 })
  await writePlugin(place.directory, 'flaky')
  await writePlugin(place.directory, 'hanging')
  await configure('* * * * * *')
})

function configure(schedule: string): Promise<void> {
  const notifier = {
    use: './hanging.mjs',
    name: 'hanging',
    on: ['backup.started', 'backup.succeeded', 'backup.recovered', 'backup.failed'],
    timeoutMs: 300,
  }
  const storage = { use: './flaky.mjs', name: 'flaky', options: { path: place.backups } }
  const shop = { database: '${DATABASE_URL}', storages: [storage], notifiers: [notifier], schedule }
  return place.configure({ jobs: { shop } })
}

afterAll(async () => {
  cron?.signal('SIGKILL')
  await cron?.ended
  await place.remove()
})

it(
  'runs a job every second through failures, a notifier that hangs, and three kills',
  async () => {
    const began = performance.now()
    const leftMs = (): number => soakMs - (performance.now() - began)
    for (let kill = 1; kill <= kills; kill++) {
      cron = startCron(place)
      await cron.line(({ msg }) => msg === 'started')
      await sleep(Math.random() * (killedWithinMs / kills))
      cron.signal('SIGKILL')
      await cron.ended
    }

    const last = (cron = startCron(place))
    const ended = (): number => last.lines().filter(({ status }) => status !== undefined).length
    while (ended() < runsBefore) await sleep(100)
    const before = await steady(last.pid)
    while (leftMs() > 0 || ended() < 2 * runsBefore) await sleep(100)
    const after = await steady(last.pid)

    const { told, kept } = await atRest(last)
    last.signal('SIGTERM')
    expect((await last.ended).exitCode).toBe(0)
    cron = undefined

    const backups = await backupsIn(place.backups)
    const reports = await Promise.all(
      (await place.files()).filter((file) => file.endsWith('.report.json')).map(readReport),
    )
    process.stderr.write(
      `soak: ${reports.length} runs reported, ${backups.length} backups, ${reports.filter(({ status }) => status === 'failed').length} failed, ` +
        `${kills} kills; memory ${mb(before)} MB after ${runsBefore} runs and ${mb(after)} MB at the end, sockets ${before.sockets} and ${after.sockets}\n`,
    )
    // What list shows is whole, to the last byte.
    expect(backups.length).toBeGreaterThan(0)
    expect(await damageIn(place.backups)).toEqual([])

    expect(told).toEqual(kept)

    // One good run sweeps what those that were killed left in the storage.
    await place.configure({
      jobs: {
        shop: {
          database: '${DATABASE_URL}',
          storages: [{ use: 'local', options: { path: place.backups }, retention: { last: 1000 } }],
        },
      },
    })
    expect((await place.run(['backup', 'shop', '--quiet'])).exitCode).toBe(0)
    const { temporary, processes, sessions, orphans } = await tracesOf(place)
    expect({ temporary, processes, sessions, orphans }).toEqual({
      temporary: [],
      processes: [],
      sessions: [],
      orphans: [],
    })
    const whole = (await backupsIn(place.backups)).flatMap(({ manifest }) => manifest?.objects ?? [])
    expect(dataAmong(await place.files()).toSorted()).toEqual(
      whole
        .map(({ key }) => key)
        .filter((key) => !key.endsWith('.json'))
        .toSorted(),
    )

    expect(after.sockets).toBeLessThanOrEqual(before.sockets + 1)
    expect(after.residentBytes).toBeLessThan(before.residentBytes * 1.2)
  },
  soakMs + 400_000,
)

/** The smallest of some measurements, so that a run which is under way does not count. */
async function steady(pid: number): Promise<Resources> {
  const all: Resources[] = []
  for (let count = 0; count < 30; count++) {
    all.push(resourcesOf(pid))
    await sleep(100)
  }
  return {
    cpuMs: all.at(-1)?.cpuMs ?? 0,
    residentBytes: Math.min(...all.map(({ residentBytes }) => residentBytes)),
    sockets: Math.min(...all.map(({ sockets }) => sockets)),
    wakeUps: all.at(-1)?.wakeUps ?? 0,
  }
}

const mb = ({ residentBytes }: Resources): number => Math.round(residentBytes / 1e6)

/** What Prometheus is told and what the storage holds, once no run is under way and the storage has answered. */
async function atRest(running: RunningCron): Promise<{ told: Told; kept: Told }> {
  await configure('@yearly')
  for (;;) {
    // The storage may have failed when it was asked what it knows; a new configuration asks again.
    running.signal('SIGHUP')
    await sleep(2000)
    const { body } = await running.get('/metrics')
    if (sample(body, 'holdfast_cron_running') !== 0) continue
    const files = await place.files()
    const reports = await Promise.all(files.filter((file) => file.endsWith('.report.json')).map(readReport))
    const newest =
      reports
        .map(({ startedAt }) => startedAt)
        .toSorted()
        .at(-1) ?? ''
    const lines = running.lines().filter(({ task, status }) => task === 'backup' && status !== undefined)
    const told: Told = {
      backups: samples(body, 'holdfast_backups').reduce((total, { value }) => total + value, 0),
      lastRunAt: sample(body, 'holdfast_last_run_timestamp_seconds'),
      runs: statuses.map((status) => sample(body, 'holdfast_runs_total', `status="${status}"`) ?? 0),
    }
    const kept: Told = {
      backups: files.filter((file) => file.endsWith('.manifest.json')).length,
      lastRunAt: Date.parse(newest) / 1000,
      runs: statuses.map((status) => lines.filter((line) => line.status === status).length),
    }
    if (told.backups === kept.backups || Date.now() > giveUpAt) return { told, kept }
  }
}

const giveUpAt = Date.now() + soakMs + 300_000
const statuses = ['succeeded', 'failed', 'partial', 'suspect', 'cancelled']

interface Told {
  backups: number
  lastRunAt: number | undefined
  /** Of this life of the process, by how they ended. */
  runs: number[]
}

async function readReport(file: string): Promise<Report> {
  return JSON.parse(await readFile(join(place.backups, file), 'utf8')) as Report
}

function samples(body: string, name: string): { labels: string; value: number }[] {
  return [...body.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(
    ([, labels = '', value]) => ({
      labels,
      value: Number(value),
    }),
  )
}

function sample(body: string, name: string, label = ''): number | undefined {
  return samples(body, name).find(({ labels }) => labels.includes(label))?.value
}
