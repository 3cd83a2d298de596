import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isLeftOut } from '@holdfast/lab'
import type { Report } from '@holdfast/plugin'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { Outcome, Running } from './holdfast.ts'
import { backupsIn, damageIn, dataAmong } from './stored.ts'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

const use = fileURLToPath(new URL('troubled-storage.mjs', import.meta.url))

/** How long a storage may stand still here; a machine that is busy must not make an honest one do so. */
const stallTimeoutMs = 3000

let place: Workplace

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'destinations')
  await fill(place.database, { megabytes: 3 })
})

beforeEach(async () => {
  for (const entry of await readdir(place.directory)) {
    if (!['temporary', 'holdfast.config.json'].includes(entry))
      await rm(join(place.directory, entry), { recursive: true })
  }
})

afterAll(() => place.remove())

/** What goes wrong in a storage, by its name. */
type Troubles = Record<string, Record<string, string | number>>

/** Storages in this order, of which `backups` and `last` are honest unless they have a trouble too. */
async function start(troubles: Troubles, compression: 'zstd' | 'none' = 'zstd'): Promise<Running> {
  const names = new Set(['backups', ...Object.keys(troubles), 'last'])
  const storages = [...names].map((name) => ({ use, name, options: { path: name, ...troubles[name] } }))
  const job = { database: '${DATABASE_URL}', dump: { stallTimeoutMs }, compression, storages }
  await place.configure({ jobs: { shop: job } })
  return place.start(['backup', '--json'])
}

async function backUp(troubles: Troubles): Promise<Outcome & { report: Report }> {
  const outcome = await (await start(troubles)).outcome
  return { ...outcome, report: reportOf(outcome) }
}

const directoryOf = (name: string): string => join(place.directory, name)

async function dataIn(name: string): Promise<string[]> {
  const entries = await readdir(directoryOf(name), { recursive: true, withFileTypes: true }).catch(() => [])
  return dataAmong(entries.filter((entry) => entry.isFile()).map((entry) => entry.name))
}

const dump = '.dump.zst'
const inTheMiddle = 500_000
const atTheEnd = 1e12

const failing: Troubles = {
  opening: { put: 'fails', at: dump },
  middle: { put: 'fails', at: dump, afterBytes: inTheMiddle },
  end: { put: 'fails', at: dump, afterBytes: atTheEnd },
  globals: { put: 'fails', at: '.globals.sql.zst' },
  sidecar: { put: 'fails', at: '.sha256' },
  manifest: { put: 'fails', at: '.manifest.json' },
}
const hanging: Troubles = {
  opening: { put: 'hangs', at: dump },
  middle: { put: 'hangs', at: dump, afterBytes: inTheMiddle },
  end: { put: 'hangs', at: dump, afterBytes: atTheEnd },
  manifest: { put: 'hangs', at: '.manifest.json' },
}

describe('storages beside the first', () => {
  it.each([
    ['fail', failing, 'STORAGE_FAILED'],
    ['hang', hanging, 'STORAGE_TIMEOUT'],
  ])('that %s, wherever it is, are dropped; the others have the backup', async (_, troubles, code) => {
    const { exitCode, report } = await backUp(troubles)
    expect(exitCode).toBe(6)
    expect(report).toMatchObject({
      status: 'partial',
      storages: [
        { name: 'backups', status: 'stored' },
        ...Object.keys(troubles).map((name) => ({ name, status: 'failed', error: { code, plugin: name } })),
        { name: 'last', status: 'stored' },
      ],
    })
    expect(await damageIn(place.backups)).toEqual([])
    for (const name of ['backups', 'last'])
      expect(await backupsIn(directoryOf(name))).toMatchObject([{ verification: 'archive' }])
    for (const name of Object.keys(troubles)) {
      expect({ name, backups: await backupsIn(directoryOf(name)) }).toEqual({ name, backups: [] })
      expect({ name, data: await dataIn(name) }).toEqual({ name, data: [] })
    }
  })

  it('that hang when they are read are not verified, and that is said', async () => {
    const { exitCode, report } = await backUp({ far: { get: 'hangs', at: dump } })
    expect(exitCode).toBe(6)
    expect(report.storages[1]).toMatchObject({ status: 'failed', error: { code: 'STORAGE_TIMEOUT' } })
    expect(await backupsIn(directoryOf('far'))).toMatchObject([{ verification: 'unverified' }])
    expect(await backupsIn(place.backups)).toMatchObject([{ verification: 'archive' }])
  })
})

it('a first storage that hangs fails the run, and nothing is kept anywhere', async () => {
  const { exitCode, report } = await backUp({
    backups: { put: 'hangs', at: dump, afterBytes: inTheMiddle },
  })
  expect(exitCode).toBe(4)
  expect(report.error).toMatchObject({ code: 'STORAGE_TIMEOUT', plugin: 'backups', stage: 'store' })
  for (const name of ['backups', 'last']) expect(await dataIn(name)).toEqual([])
  expect(await place.leftConnected()).toEqual([])
})

/** The most memory that a process had, in bytes, up to shortly before its end. */
async function peakOf({ pid, outcome }: Running): Promise<number> {
  let peak = 0
  let over = false
  void outcome.then(() => (over = true))
  while (!over) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024)
    await sleep(50)
  }
  expect((await outcome).exitCode).toBe(0)
  return peak
}

const leftOut = isLeftOut('the memory of a slow run', {
  isHere: process.platform === 'linux',
  because: 'only Linux has /proc',
})

it.skipIf(leftOut)('a slow storage makes the run slow and not large', async () => {
  await fillMore()
  const quick = await peakOf(await start({ far: {} }, 'none'))
  const slow = await peakOf(await start({ far: { put: 'slow', at: '.dump', delayMs: 1 } }, 'none'))
  process.stdout.write(
    `\npeak of resident memory: ${quick >> 20} MiB, with a slow storage ${slow >> 20} MiB\n`,
  )
  // 120 MB are dumped, and a storage may lag a tenth of that behind; the rest is what two runs differ by anyway.
  expect(slow - quick).toBeLessThan(64 << 20)
})

async function fillMore(): Promise<void> {
  await place.database.psql(`
    SET synchronous_commit = off;
    CREATE TABLE wide (note text);
    ALTER TABLE wide ALTER note SET STORAGE EXTERNAL;
    INSERT INTO wide SELECT repeat(md5(i::text), 2500) FROM generate_series(1, 1500) i;`)
}
