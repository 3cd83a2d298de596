import { readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { resourcesOf, startCron, type RunningCron } from './cron.ts'
import { writePlugin } from './cron-plugins.ts'
import { holdJob } from './hold.ts'
import { backupsIn, damageIn, dataAmong } from './stored.ts'
import { noTraces, tracesOf } from './traces.ts'
import { tries } from './tries.ts'
import { createWorkplace, fill, type Workplace } from './workplace.ts'

let place: Workplace
let cron: RunningCron | undefined

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'cron')
  await fill(place.database, { megabytes: 1 })
})

beforeEach(() => rm(place.backups, { recursive: true, force: true }))

afterEach(async () => {
  cron?.signal('SIGKILL')
  await cron?.ended
  cron = undefined
})

afterAll(() => place.remove())

const start = (...args: string[]): RunningCron =>
  (cron = startCron(place, args.length === 0 ? undefined : args))

const job = (changes: object = {}): object => ({
  database: '${DATABASE_URL}',
  storages: [{ use: 'local', options: { path: place.backups } }],
  schedule: '* * * * * *',
  ...changes,
})

const stop = async (running: RunningCron): Promise<number | undefined> => {
  running.signal('SIGTERM')
  return (await running.ended).exitCode
}

describe('holdfast-cron', () => {
  it('backs up by schedule, is ready, says so, and ends in order', async () => {
    await place.configure({ jobs: { shop: job() } })
    const running = start()
    await running.line(({ status }) => status === 'succeeded')
    expect(await running.get('/healthz')).toEqual({ status: 200, body: 'ok\n' })
    const ready = await running.get('/readyz')
    expect({ status: ready.status, ...(JSON.parse(ready.body) as object) }).toEqual({
      status: 200,
      ready: true,
      loaded: true,
      unreachable: [],
    })
    const { body } = await running.get('/metrics')
    expect(body).toMatch(/^process_cpu_seconds_total \d/m)
    expect(body).toMatch(/^holdfast_cron_last_look_timestamp_seconds \d/m)
    expect((await running.get('/elsewhere')).status).toBe(404)

    expect(await stop(running)).toBe(0)
    const backups = await backupsIn(place.backups)
    expect(backups.length).toBeGreaterThan(0)
    expect(await damageIn(place.backups)).toEqual([])
    const { backups: _, data, ...rest } = await tracesOf(place)
    expect({ ...rest, data: data.length % 3 }).toEqual({ ...noTraces, backups: undefined, data: 0 })
    // Every line of a run says of which run and job it is.
    const ofRuns = running.lines().filter(({ msg }) => /^(started|backed up)/.test(msg))
    expect(
      ofRuns.every(({ run, job: name, task }) => run !== undefined && name === 'shop' && task === 'backup'),
    ).toBe(true)
  })

  it('refuses to start, with exit code 2, where the configuration or the address is wrong', async () => {
    const refusal = async (config: object, ...args: string[]): Promise<string> => {
      await place.configure(config)
      const { exitCode, stderr } = await startCron(place, args.length > 0 ? args : ['--port', '0']).ended
      return `${exitCode} ${stderr}`
    }
    expect(await refusal({ jobs: { shop: job({ schedule: '0 3 * * 9' }) } })).toMatch(
      /^2 .*holdfast\.config\.json:1:\d+ {2}jobs\.shop\.schedule {2}is no cron expression: Invalid value for dayOfWeek: 9/,
    )
    expect(await refusal({ jobs: { shop: job({ schedule: undefined }) } })).toMatch(
      /^2 .*no job has a schedule/,
    )
    const loud = { ...place, environment: { ...place.environment, LOG_LEVEL: 'loud' } }
    expect(await startCron(loud).ended).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('LOG_LEVEL is "loud" (USAGE_INVALID)'),
    })
    const { url } = await import('node:http').then(async ({ createServer }) => {
      const server = createServer().listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      return { url: server }
    })
    const taken = (url.address() as { port: number }).port
    expect(await refusal({ jobs: { shop: job() } }, '--port', String(taken))).toMatch(
      new RegExp(`^2 .*the address 127\\.0\\.0\\.1:${taken} is used by another program`),
    )
    await new Promise((resolve) => url.close(resolve))
  })

  it('takes a new configuration on SIGHUP, and keeps the old one where the new one is wrong', async () => {
    await place.configure({ jobs: { shop: job() } })
    const running = start()
    await running.line(({ status }) => status === 'succeeded')

    await place.configure({ jobs: { shop: job({ schedule: 'never' }) } })
    running.signal('SIGHUP')
    const refused = await running.line(({ msg }) => msg.startsWith('the configuration is refused'))
    expect(refused.error?.message).toContain('jobs.shop.schedule  must have 5 or 6 fields')
    const after = running.lines().length
    await running.line(({ job: name, status }) => name === 'shop' && status === 'succeeded', after)
    expect((await running.get('/metrics')).body).toContain('holdfast_cron_config_last_reload_successful 0')

    await place.configure({ jobs: { crm: job() } })
    running.signal('SIGHUP')
    await running.line(({ job: name, status }) => name === 'crm' && status === 'succeeded')
    const lines = running.lines().length
    await running.line(({ job: name, status }) => name === 'crm' && status === 'succeeded', lines)
    expect(
      running
        .lines()
        .slice(lines)
        .filter(({ job: name, msg }) => name === 'shop' && msg === 'started'),
    ).toEqual([])
    expect((await running.get('/metrics')).body).toContain('holdfast_cron_config_last_reload_successful 1')
  })

  it('survives whatever a plugin throws', async () => {
    const use = await writePlugin(place.directory, 'throwing')
    const notifiers = [{ use, on: ['backup.started', 'backup.succeeded'], timeoutMs: 1000 }]
    await place.configure({ jobs: { shop: job({ notifiers }) } })
    const running = start()
    await running.line(({ msg }) => msg === 'an error that nobody caught; going on')
    await running.line(({ status }) => status === 'succeeded')
    const lines = running.lines().length
    await running.line(({ status }) => status === 'succeeded', lines)
    expect((await running.get('/metrics')).body).toMatch(/^holdfast_cron_crashes_total [1-9]/m)
    expect(await stop(running)).toBe(0)
  })

  it('cancels after the grace time what still runs, leaves nothing partial, and makes it up after the start', async () => {
    const use = await writePlugin(place.directory, 'slow')
    const once = { schedule: nextMinuteAndHour() }
    const storages = [{ use, options: { path: place.backups } }]
    await place.configure({ cron: { graceMs: 500 }, jobs: { shop: job({ ...once, storages }) } })
    // The storages remember that it was due since yesterday.
    await rememberYesterday()
    const first = start()
    await first.line(({ msg }) => msg === 'started')
    await sleep(1500)
    expect(await stop(first)).toBe(0)
    const cancelled = first.lines().find(({ status }) => status === 'cancelled')
    expect(cancelled?.error?.code).toBe('RUN_TERMINATED')
    const { temporary, processes, sessions } = await tracesOf(place)
    expect({ data: dataAmong(await place.files()), temporary, processes, sessions }).toEqual({
      data: [],
      temporary: [],
      processes: [],
      sessions: [],
    })

    await place.configure({ jobs: { shop: job(once) } })
    const second = start()
    await second.line(({ status }) => status === 'succeeded')
    expect(await stop(second)).toBe(0)
    expect(await backupsIn(place.backups)).toHaveLength(1)

    const third = start()
    await third.line(({ msg }) => msg.startsWith('ready'))
    await sleep(1000)
    expect(third.lines().filter(({ msg }) => msg === 'started')).toEqual([])
  })

  it('waits for the first backup of a new job, restarts or not, and then tells that it is missed', async () => {
    const keeps = await writePlugin(place.directory, 'keeping')
    const notifiers = [{ use: keeps, on: ['backup.missed'] }]
    const check = { backup: '@yearly', check: '@yearly' }
    await place.configure({ jobs: { shop: job({ schedule: check, expectEvery: '1h', notifiers }) } })
    for (let life = 1; life <= 2; life++) {
      const running = start()
      const { msg } = await running.line(({ task, msg: said }) => task === 'check' && said !== 'started')
      expect(msg).toMatch(/^no good backup yet; the first is expected by \d{4}-/)
      expect((await running.get('/metrics')).body).toMatch(/^holdfast_first_seen_timestamp_seconds\{.*\} \d/m)
      expect(await stop(running)).toBe(0)
    }
    const earlier = new Date(Date.now() - 2 * 3_600_000).toISOString()
    const record = { schemaVersion: 1, firstSeenAt: earlier }
    await writeFile(`${place.backups}/shop/.first-seen.json`, JSON.stringify(record))
    const running = start()
    await running.line(
      ({ task, msg }) => task === 'check' && msg.startsWith('missed: there is no good backup'),
    )
    await expect.poll(() => readFile(`${place.directory}/told`, 'utf8')).toBe('backup.missed\n')
    expect(await stop(running)).toBe(0)
  })

  it('says which run holds the lock where it is refused, and counts it', async () => {
    await place.configure({ jobs: { shop: job() } })
    const holder = await holdJob(place.database, 'shop')
    try {
      const running = start()
      const refused = await running.line(({ error }) => error?.code === 'RUN_LOCKED')
      expect(refused).toMatchObject({ level: 'error', job: 'shop', task: 'backup', status: 'failed' })
      expect(refused.msg).toMatch(
        /^backup failed: Another run of job shop holds its lock: server process \d+, since /,
      )
      await expect
        .poll(async () => (await running.get('/metrics')).body)
        .toMatch(/^holdfast_run_failures_total\{backup_job="shop",code="RUN_LOCKED"\} [1-9]/m)
      expect((await running.get('/metrics')).body).not.toContain('holdfast_last_run_result{')
      expect((await place.files()).filter((name) => name.endsWith('.report.json'))).toEqual([])
      await holder.release()
      await running.line(({ status }) => status === 'succeeded')
      expect(await stop(running)).toBe(0)
    } finally {
      await holder.release()
    }
  })

  it('hears signals also while a storage has not answered since the start', async () => {
    const use = await writePlugin(place.directory, 'mute')
    const mute = job({ storages: [{ use, options: { path: `${place.backups}/mute` } }], schedule: '@yearly' })
    await place.configure({ jobs: { shop: job(), mute } })
    const running = start()
    await running.line(({ msg }) => msg === 'started')
    running.signal('SIGHUP')
    const lines = running.lines().length
    await running.line(({ msg }) => msg === 'the configuration was read again', lines)
    await running.line(({ status }) => status === 'succeeded', lines)
    await running.line(({ msg }) => msg === 'started', running.lines().length)
    expect(await stop(running)).toBe(0)
    expect(running.lines().some(({ msg }) => msg.startsWith('ready'))).toBe(false)
    expect(running.lines().filter(({ msg }) => msg === 'started')).toHaveLength(
      running.lines().filter(({ status }) => status === 'succeeded').length,
    )
    const { temporary, processes, sessions } = await tracesOf(place)
    expect({ temporary, processes, sessions }).toEqual({ temporary: [], processes: [], sessions: [] })
  })

  it('verifies, prunes and checks by schedule as well', async () => {
    const schedule = {
      backup: '@yearly',
      verify: '*/2 * * * * *',
      prune: '*/2 * * * * *',
      check: '*/2 * * * * *',
    }
    await place.configure({ jobs: { shop: job({ schedule, expectEvery: '36h' }) } })
    expect((await place.run(['backup', 'shop'])).exitCode).toBe(0)
    const running = start()
    await running.line(({ task, status }) => task === 'verify' && status === 'succeeded')
    await running.line(({ task, msg }) => task === 'prune' && msg.startsWith('0 backups deleted, 1 kept'))
    await running.line(
      ({ task, msg }) => task === 'check' && msg === 'the newest good backup is young enough',
    )
    expect(await stop(running)).toBe(0)
    expect((await place.files()).filter((file) => file.includes('.verdict-')).length).toBeGreaterThan(1)
  })
})

describe('a thousand jobs', () => {
  it('are ready, take little memory, and stop; how fast and how idle is judged alone', async () => {
    const jobs = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [
        `job-${index}`,
        job({
          database: `postgresql://nobody@127.0.0.1:1/job${index}`,
          schedule: { backup: `${index % 60} 3 * * 0`, verify: '0 5 * * 3', timeZone: 'Europe/Berlin' },
        }),
      ]),
    )
    await place.configure({ jobs })
    const began = performance.now()
    const running = start()
    while ((await running.get('/readyz')).status !== 200) await sleep(50)
    const ready = { wallMs: Math.round(performance.now() - began), ...resourcesOf(running.pid) }
    // What is new is written down behind the scenes.
    while ((await place.files()).length < 1000) await sleep(200)
    await running.get('/metrics')
    await sleep(1000)
    const before = resourcesOf(running.pid)
    const idleMs = tries({ usually: 10_000, full: 60_000 })
    await sleep(idleMs)
    const after = resourcesOf(running.pid)
    const idlePercent = ((after.cpuMs - before.cpuMs) / idleMs) * 100
    const wakeUpsPerSecond = ((after.wakeUps - before.wakeUps) / idleMs) * 1000
    process.stderr.write(
      `1,000 jobs: ready after ${ready.wallMs} ms (${ready.cpuMs} ms of computing), idle ${idlePercent.toFixed(2)} % ` +
        `with ${wakeUpsPerSecond.toFixed(1)} wake-ups a second, ${Math.round(after.residentBytes / 1e6)} MB\n`,
    )
    // Nothing ticks while nothing is due; this holds on busy cores as well.
    expect(wakeUpsPerSecond).toBeLessThan(10)
    // Times are judged where this runs alone; otherwise other tests are at work on the same cores.
    expect(ready.wallMs).toBeLessThan(tries({ usually: Number.POSITIVE_INFINITY, full: 3000 }))
    expect(idlePercent).toBeLessThan(tries({ usually: 100, full: 1 }))
    expect(after.residentBytes).toBeLessThan(200_000_000)
    expect(await stop(running)).toBe(0)
  })
})

/** A time of each day that has just passed. */
function nextMinuteAndHour(): string {
  const past = new Date(Date.now() - 120_000)
  return `${past.getUTCMinutes()} ${past.getUTCHours()} * * *`
}

async function rememberYesterday(): Promise<void> {
  const { mkdir, writeFile } = await import('node:fs/promises')
  const past = new Date(Date.now() - 120_000)
  const identity = JSON.stringify([`${past.getUTCMinutes()} ${past.getUTCHours()} * * *`, 'UTC', 0, []])
  const doneUntil = new Date(Date.now() - 3_600_000).toISOString()
  await mkdir(`${place.backups}/shop`, { recursive: true, mode: 0o700 })
  const record = { schemaVersion: 1, tasks: { backup: { schedule: identity, doneUntil } } }
  await writeFile(`${place.backups}/shop/.schedule.json`, JSON.stringify(record))
}
