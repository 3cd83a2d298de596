import { chmod, chown, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { startHoldfast } from './holdfast.ts'
import { isMountingLeftOut, runMounted } from './mounted.ts'
import { backupsIn, damageIn, dataAmong } from './stored.ts'
import { noTraces, tracesOf } from './traces.ts'
import { tries } from './tries.ts'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

let place: Workplace
/** Of everything that one backup stores, in blocks of 4 KB. */
let neededKb: number

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'storage')
  await fill(place.database, { megabytes: 6 })
  const { backup } = reportOf(await place.backUp())
  neededKb = (backup?.objects ?? []).reduce((sum, { bytes }) => sum + Math.ceil(bytes / 4096) * 4, 0)
})

beforeEach(async () => {
  await rm(place.backups, { recursive: true, force: true })
})

afterAll(() => place.remove())

const nobody = 65_534

describe.skipIf(isMountingLeftOut)('a file system', () => {
  const disk = (): string => join(place.directory, 'disk')
  const backup = (): string[] => ['backup', '--to', join(disk(), 'backups'), '--json']

  /** Sizes in KB: spread over the dump, and one by one where the small objects after it no longer fit. */
  function sizes(): number[] {
    const within = tries({ usually: 3, full: 10 })
    const spread = Array.from(
      { length: within },
      (_, index) => Math.ceil((neededKb * (index + 0.5)) / within / 4) * 4,
    )
    const last = Array.from({ length: tries({ usually: 3, full: 8 }) }, (_, index) => neededKb - 4 * index)
    return [...spread, ...last]
  }

  it('that is full keeps nothing partial, whatever its size', { timeout: 120_000 }, async () => {
    for (const kb of sizes()) {
      const mount = `mount -t tmpfs -o size=${kb}k none "$1"`
      const { exitCode, stdout, files } = await runMounted(place, { at: disk(), mount }, backup())
      expect({ kb, exitCode }).toEqual({ kb, exitCode: 4 })
      expect(reportOf({ stdout }).error).toMatchObject({ code: 'STORAGE_FULL' })
      const isWhole = files.some((file) => file.endsWith('.manifest.json'))
      expect({ kb, partial: files.filter((file) => file.endsWith('.partial')) }).toEqual({ kb, partial: [] })
      expect({ kb, data: dataAmong(files).length > 0 }).toEqual({ kb, data: isWhole })
    }
  })

  it('with no room for one more file keeps nothing partial', async () => {
    // The root, four directories, and then one file after the other.
    for (const inodes of [2, 5, 6, 7, 8]) {
      const mount = `mount -t tmpfs -o size=50m,nr_inodes=${inodes} none "$1"`
      const { exitCode, files } = await runMounted(place, { at: disk(), mount }, backup())
      expect({ inodes, exitCode }).toEqual({ inodes, exitCode: 4 })
      expect({ inodes, data: dataAmong(files) }).toEqual({ inodes, data: [] })
    }
  })

  it('that has room is no obstacle', async () => {
    const mount = `mount -t tmpfs -o size=50m none "$1"`
    const { exitCode, files } = await runMounted(place, { at: disk(), mount }, backup())
    expect(exitCode).toBe(0)
    expect(files).toHaveLength(6)
  })

  it('that is read-only is its own error', async () => {
    const mount = `mount -t tmpfs -o ro none "$1"`
    const { exitCode, stdout, files } = await runMounted(place, { at: disk(), mount }, backup())
    expect(exitCode).toBe(4)
    expect(reportOf({ stdout }).error).toMatchObject({ code: 'STORAGE_READ_ONLY', stage: 'preflight' })
    expect(files).toEqual([])
  })

  it('that becomes full on a second storage leaves the first one whole', async () => {
    const storages = [
      { use: 'local', name: 'near', options: { path: 'backups' } },
      { use: 'local', name: 'far', options: { path: 'disk/backups', mount: 'disk' } },
    ]
    await place.configure({ jobs: { shop: { database: '${DATABASE_URL}', storages } } })
    const mount = `mount -t tmpfs -o size=${Math.round(neededKb / 2)}k none "$1"`
    const outcome = await runMounted(place, { at: disk(), mount }, ['backup', '--json'])
    expect(outcome.exitCode).toBe(6)
    expect(reportOf(outcome)).toMatchObject({
      status: 'partial',
      storages: [{ status: 'stored' }, { status: 'failed', error: { code: 'STORAGE_FULL' } }],
    })
    expect(dataAmong(outcome.files)).toEqual([])
    expect(await damageIn(place.backups)).toEqual([])
    expect(await backupsIn(place.backups)).toMatchObject([{ verification: 'archive' }])
  })
})

describe('a directory', () => {
  const configure = (...options: object[]): Promise<void> => {
    const storages = options.map((one, index) => ({ use: 'local', name: `storage-${index}`, options: one }))
    return place.configure({ jobs: { shop: { database: '${DATABASE_URL}', storages } } })
  }

  it('that this user may not write to is its own error', async () => {
    const uid = process.getuid?.() === 0 ? nobody : undefined
    await mkdir(place.backups, { mode: 0o500 })
    await chmod(place.temporary, 0o777)
    const { outcome } = startHoldfast(['backup', '--to', place.backups, '--json'], {
      directory: place.directory,
      environment: place.environment,
      ...(uid !== undefined && { uid }),
    })
    const { exitCode, stdout } = await outcome
    expect(exitCode).toBe(4)
    expect(reportOf({ stdout }).error).toMatchObject({ code: 'STORAGE_PERMISSION', stage: 'preflight' })
    expect(await readdir(place.backups)).toEqual([])
    if (uid === undefined) return
    await chown(place.backups, uid, uid)
    await chmod(place.backups, 0o700)
    const { outcome: second } = startHoldfast(['backup', '--to', place.backups], {
      directory: place.directory,
      environment: place.environment,
      uid,
    })
    expect((await second).exitCode).toBe(0)
  })

  it('whose disk is not mounted is its own error, and nothing is written below the mount point', async () => {
    const path = join(place.directory, 'unmounted')
    await mkdir(path, { recursive: true })
    await configure({ path: join(path, 'backups'), mount: path })
    const outcome = await place.run(['backup', '--json'])
    expect(outcome.exitCode).toBe(4)
    expect(reportOf(outcome).error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', stage: 'preflight' })
    expect(await readdir(path)).toEqual([])
  })

  it('in a place that is not there is its own error', async () => {
    const outcome = await place.run(['backup', '--to', join(place.directory, 'no/such/place'), '--json'])
    expect(outcome.exitCode).toBe(4)
    expect(reportOf(outcome).error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', stage: 'preflight' })
    expect(await readdir(place.directory)).not.toContain('no')
  })

  it.each(['shop', `shop/${new Date().getUTCFullYear()}`])(
    'is not left through a link at %s',
    async (link) => {
      const elsewhere = join(place.directory, 'elsewhere')
      await mkdir(elsewhere, { recursive: true })
      await configure({ path: 'backups' })
      await mkdir(join(place.backups, link, '..'), { recursive: true })
      await symlink(elsewhere, join(place.backups, link))
      const outcome = await place.run(['backup', '--json'])
      expect(outcome.exitCode).toBe(4)
      expect(reportOf(outcome).error).toMatchObject({ code: 'STORAGE_KEY_INVALID' })
      expect(await readdir(elsewhere)).toEqual([])
    },
  )

  it('may be reached through a link itself', async () => {
    const elsewhere = join(place.directory, 'linked')
    await mkdir(elsewhere)
    await symlink(elsewhere, place.backups)
    expect((await place.backUp()).exitCode).toBe(0)
    expect(await damageIn(elsewhere)).toEqual([])
  })

  it('that is missing makes a run partial where it is the second, and fails it where it is the first', async () => {
    const missing = { path: join(place.directory, 'no/such/place') }
    await configure({ path: 'backups' }, missing)
    const second = await place.run(['backup', '--json'])
    expect(second.exitCode).toBe(6)
    expect(reportOf(second)).toMatchObject({
      status: 'partial',
      storages: [{ status: 'stored' }, { status: 'failed', error: { code: 'STORAGE_UNAVAILABLE' } }],
    })
    expect(await damageIn(place.backups)).toEqual([])

    await rm(place.backups, { recursive: true })
    await configure(missing, { path: 'backups' })
    const first = await place.run(['backup', '--json'])
    expect(first.exitCode).toBe(4)
    expect(await tracesOf(place)).toEqual(noTraces)
  })

  it('that is a file is its own error', async () => {
    await writeFile(place.backups, 'in the way')
    const outcome = await place.backUp()
    expect(outcome.exitCode).toBe(4)
    expect(reportOf(outcome).error).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  })
})
