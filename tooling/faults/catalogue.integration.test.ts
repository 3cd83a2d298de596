import { cp, lstat, mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { backupsIn } from './stored.ts'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

const dayMs = 86_400_000

let place: Workplace
/** Of the job `shop`, the newest first. */
let names: [string, string, string]
let copies = 0

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'catalogue')
  await fill(place.database, { megabytes: 1 })
  await configure({})
  for (const id of [1, 2, 3]) {
    await place.database.psql(`INSERT INTO small_1 VALUES (${id})`)
    await place.run(['backup', 'shop'])
  }
  await place.run(['backup', 'other'])
  const backups = (await backupsIn(place.backups)).filter(({ job }) => job === 'shop')
  names = backups.map(({ name }) => name) as typeof names
})

afterAll(() => place.remove())

function configure(retention: object, path = 'backups'): Promise<void> {
  const rules = Object.keys(retention).length > 0 && { retention }
  const job = { database: '${DATABASE_URL}', storages: [{ use: 'local', options: { path }, ...rules }] }
  return place.configure({ jobs: { shop: job, other: job } })
}

/** A copy of all backups, which a test may damage. */
async function copied(): Promise<{ directory: string; path: (name: string, part: string) => string }> {
  const name = `copy-${++copies}`
  const directory = join(place.directory, name)
  await cp(place.backups, directory, { recursive: true, preserveTimestamps: true })
  const [, year = '', month = ''] = /_(\d{4})(\d{2})\d{2}_/.exec(names[0]) ?? []
  return { directory, path: (backup, part) => join(directory, 'shop', year, month, `${backup}.${part}`) }
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name))
}

function list(directory: string): Promise<{ name: string; verification: string }[]> {
  return place
    .run(['list', '--from', directory, '--json'])
    .then(({ stdout }) => JSON.parse(stdout) as { name: string; verification: string }[])
}

/** Lets go what can go, by the command and by a run. */
async function pruneAll(directory: string): Promise<void> {
  const pruned = await place.run(['prune', 'shop', '--from', directory, '--last', '1'])
  expect(pruned.exitCode).toBe(0)
  await configure({ last: 1 }, directory)
  const { exitCode, stderr } = await place.run(['backup', 'shop', '--quiet'])
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
}

describe('a manifest that can not be read', () => {
  const damages: [string, (text: string) => string][] = [
    ['cut in half', (text) => text.slice(0, text.length / 2)],
    ['cut by one byte', (text) => text.slice(0, -3)],
    ['empty', () => ''],
    ['of a future version', (text) => text.replace('"schemaVersion": 1', '"schemaVersion": 2')],
    ['not JSON', () => 'manifest'],
    ['null', () => 'null'],
    ['of another backup', (text) => text],
    ['without a dump', (text) => text.replaceAll('"role": "dump"', '"role": "globals"')],
  ]
  let directory: string
  let before: string[]
  const damaged = (index: number): string => `shop_full_20250101_00000${index}`

  beforeAll(async () => {
    const copy = await copied()
    directory = copy.directory
    for (const [index, [, damage]] of damages.entries()) {
      const [from, to] = [copy.path(names[2], ''), join(directory, 'shop/2025/01', `${damaged(index)}.`)]
      await mkdir(dirname(to), { recursive: true })
      for (const file of await filesIn(dirname(from))) {
        if (file.startsWith(from)) await cp(file, to + file.slice(from.length), { preserveTimestamps: true })
      }
      await writeFile(`${to}manifest.json`, damage(await readFile(`${from}manifest.json`, 'utf8')))
    }
    before = (await filesIn(directory)).filter((file) => file.includes('shop_full_20250101'))
  })

  it('is listed as invalid', async () => {
    const listed = await list(directory)
    expect(
      listed
        .filter(({ verification }) => verification === 'invalid')
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(damages.map((_, index) => damaged(index)))
    expect(listed).toHaveLength(4 + damages.length)
  })

  it.each(damages.map(([what], index) => [what, damaged(index)]))(
    'is refused by verify: %s',
    async (_, name) => {
      const { exitCode, stdout } = await place.run(['verify', name, '--from', directory, '--json'])
      expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', error: { code: 'VERIFY_MANIFEST' } })
      expect(exitCode).toBe(5)
    },
  )

  it('is never pruned', async () => {
    await pruneAll(directory)
    expect((await filesIn(directory)).filter((file) => file.includes('shop_full_20250101'))).toEqual(before)
    expect((await list(directory)).filter(({ verification }) => verification === 'archive')).toHaveLength(2)
  })
})

describe('data that is not that of its manifest', () => {
  it.each(['dump.zst', 'globals.sql.zst'])('is found by verify when it is missing: %s', async (part) => {
    const { directory, path } = await copied()
    await rm(path(names[1], part))
    const { exitCode, stdout } = await place.run(['verify', names[1], '--from', directory, '--json'])
    expect(exitCode).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'failed' })
    expect((await list(directory)).find(({ name }) => name === names[1])?.verification).toBe('failed')
  })

  it('is found by verify when two backups swapped it', async () => {
    const { directory, path } = await copied()
    await rename(path(names[1], 'dump.zst'), path('swap', 'dump.zst'))
    await rename(path(names[2], 'dump.zst'), path(names[1], 'dump.zst'))
    await rename(path('swap', 'dump.zst'), path(names[2], 'dump.zst'))
    for (const name of [names[1], names[2]]) {
      expect((await place.run(['verify', name, '--from', directory])).exitCode).toBe(5)
    }
    expect((await place.run(['verify', names[0], '--from', directory])).exitCode).toBe(0)
  })

  it('is not restored', async () => {
    const { directory, path } = await copied()
    await cp(path(names[1], 'dump.zst'), path(names[0], 'dump.zst'))
    const to = `${place.database.url}_copy`
    const args = ['restore', 'shop@latest', '--from', directory, '--create-database', '--to', to]
    expect((await place.run(args)).exitCode).toBe(5)
    const found = await place.database.psql(
      `SELECT count(*) FROM pg_database WHERE datname = '${place.database.name}_copy'`,
    )
    expect(found).toBe('0')
  })
})

it('leaves what is not its own alone', async () => {
  const { directory } = await copied()
  const outside = join(place.directory, 'outside')
  await writeFile(outside, 'outside')
  const foreign = [
    'README.txt',
    'shop_full_20250101_000000.dump.zst',
    'shop/notes.txt',
    'shop/2025/01/.hidden',
    'shop/2025/01/shop_full_yesterday.dump.zst',
    'shop/2025/01/other_full_20250101_000000.dump.zst',
    'shop/2025/01/.notes.partial',
    'shop/2025/01/deeper/shop_full_20250101_000000.dump.zst',
    'shop-old/2025/01/shop-old_full_20250101_000000.dump.zst',
    'shop-old/2025/01/shop-old_full_20250101_000000.manifest.json',
  ].map((file) => join(directory, file))
  const longAgo = new Date(Date.now() - 400 * dayMs)
  for (const file of foreign) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, 'foreign')
    await utimes(file, longAgo, longAgo)
  }
  const link = join(directory, 'shop/2025/01/shop_full_20250101_000000.dump.zst')
  await symlink(outside, link)
  const others = (await filesIn(join(directory, 'other'))).toSorted()

  await pruneAll(directory)
  for (const file of foreign) {
    expect(await readFile(file, 'utf8')).toBe('foreign')
    expect((await lstat(file)).mtimeMs).toBe(longAgo.getTime())
  }
  expect((await lstat(link)).isSymbolicLink()).toBe(true)
  expect(await readFile(outside, 'utf8')).toBe('outside')
  expect((await filesIn(join(directory, 'other'))).toSorted()).toEqual(others)
})

describe('a retention that makes no sense', () => {
  it.each([
    ['--last', '0'],
    ['--last', '-1'],
    ['--days', '0'],
    ['--days', '-30'],
    ['--days', '1.5'],
    ['--last', 'all'],
    ['--min-keep', '0'],
    ['--min-keep', '3'],
  ])('is refused on the command line: %s %s', async (option, value) => {
    const { exitCode } = await place.run(['prune', '--from', place.backups, `${option}=${value}`])
    expect(exitCode).toBe(2)
  })

  it('is refused where it is mistyped, with what was meant', async () => {
    const { exitCode, stderr } = await place.run(['prune', '--from', place.backups, '--lsat', '1'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--last')
  })

  it.each([
    { last: 0 },
    { last: -1 },
    { days: 0 },
    { days: -30 },
    { days: 1.5 },
    { minKeep: 1 },
    { lsat: 3 },
  ])('is refused in a configuration: %o', async (retention) => {
    await configure(retention)
    const before = await place.files()
    expect((await place.run(['backup', 'shop'])).exitCode).toBe(2)
    expect((await place.run(['prune', 'shop'])).exitCode).toBe(2)
    expect(await place.files()).toEqual(before)
  })
})

describe('a clock that is wrong', () => {
  const clock = new URL('shifted-clock.ts', import.meta.url).href
  const shifted = (days: number) => ({
    NODE_OPTIONS: `--import=${clock}`,
    CLOCK_SHIFT_MS: String(days * dayMs),
  })

  it.each([400, -400, 0.01, -0.01])('deletes nothing in a run: %d days off', async (days) => {
    const { directory } = await copied()
    await configure({ last: 1 }, directory)
    const before = await filesIn(directory)
    const outcome = await place.run(['backup', 'shop', '--json'], shifted(days))
    expect(outcome.exitCode).toBe(0)
    const { warnings, retention } = reportOf(outcome)
    expect(warnings).toEqual([
      expect.stringMatching(/clock is \d+ minutes/),
      expect.stringContaining('nothing was pruned'),
    ])
    expect(retention).toMatchObject([{ deleted: [], orphans: 0 }])
    expect(await filesIn(directory)).toEqual(expect.arrayContaining(before))
  })

  it('deletes nothing by prune while there are backups from the future', async () => {
    const { directory } = await copied()
    const before = (await filesIn(directory)).toSorted()
    const prune = ['prune', 'shop', '--from', directory, '--last', '1', '--json']
    const { exitCode, stdout } = await place.run(prune, shifted(-400))
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      retention: [{ deleted: [], frozen: expect.stringContaining('future') }],
    })
    expect((await filesIn(directory)).toSorted()).toEqual(before)
  })

  it('never deletes the newest verified backup by prune, however far ahead it is', async () => {
    const { directory } = await copied()
    await place.run(['prune', 'shop', '--from', directory, '--days', '30'], shifted(400))
    expect((await list(directory)).map(({ name }) => name)).toContain(names[0])
  })
})
