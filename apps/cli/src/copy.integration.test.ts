import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CopyReport } from '@holdfast/core'
import type { TestDatabase } from '@holdfast/lab'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { createShop, openDesk, type Desk } from './holdfast.test.tool.ts'

let desk: Desk
let shop: TestDatabase

beforeAll(async () => {
  ;({ shop } = await createShop(inject('postgresUrl'), 'cli_copy'))
  desk = await openDesk({ DATABASE_URL: shop.url })
  const storages = ['near', 'far'].map((name) => ({ use: 'local', name, options: { path: name } }))
  const jobs = { shop: { database: '${DATABASE_URL}', storages } }
  await writeFile(join(desk.directory, 'holdfast.config.json'), JSON.stringify({ jobs }))
  await desk.run(['backup', '--quiet'])
  await cp(join(desk.directory, 'near'), join(desk.directory, 'original'), { recursive: true })
})

/** The backup is near only. */
beforeEach(async () => {
  for (const name of ['near', 'far', 'usb'])
    await rm(join(desk.directory, name), { recursive: true, force: true })
  await cp(join(desk.directory, 'original'), join(desk.directory, 'near'), { recursive: true })
})

afterAll(async () => {
  await desk.clear()
  await shop.drop()
})

async function copy(...options: string[]): Promise<{ exitCode: number | undefined; report: CopyReport }> {
  const { exitCode, stdout } = await desk.run(['copy', 'latest', '--json', '--quiet', ...options])
  return { exitCode, report: JSON.parse(stdout) as CopyReport }
}

async function filesIn(place: string): Promise<Map<string, Buffer>> {
  const directory = join(desk.directory, place)
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const files = paths.toSorted().map(async (path) => {
    return [path.slice(directory.length + 1), await readFile(path)] as const
  })
  return new Map(await Promise.all(files))
}

/** What makes the backup, without what was said of it. */
const isBackup = (file: string): boolean => !/\.(verdict-.*|report)\.json$/.test(file)

async function show(place: string): Promise<{ verification: string; protected: boolean }> {
  const { stdout } = await desk.run(['show', 'latest', '--json', '--from', place])
  return JSON.parse(stdout) as { verification: string; protected: boolean }
}

describe('copy', () => {
  it('brings a backup to a storage of the configuration, which list and show then name', async () => {
    expect((await desk.run(['list'])).stdout).toMatch(/ near {2,}shop_full/)
    const { exitCode, stderr } = await desk.run(['copy', 'latest', '--to', 'far'])
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/to +far: .*\/far\/shop\/.*\.dump\.zst/)
    expect(stderr).toMatch(/✓ shop: copied and verified in /)
    expect((await desk.run(['list'])).stdout).toMatch(/ near, far {2,}shop_full/)
    const page = (await desk.run(['show', 'latest'])).stdout
    expect(page).toMatch(/near: .*\n +archive, create-only atomic/)
    expect(page).toMatch(/far: .*\n +archive, create-only atomic/)

    const [near, far] = [await filesIn('near'), await filesIn('far')]
    const files = [...far.keys()].filter(isBackup)
    expect(files).toEqual([...near.keys()].filter(isBackup))
    for (const file of files) expect(far.get(file)?.equals(near.get(file) ?? Buffer.alloc(0))).toBe(true)
    // And the other way round, which is what it is for.
    await rm(join(desk.directory, 'near'), { recursive: true })
    expect((await copy('--to', 'near')).exitCode).toBe(0)
    expect((await desk.run(['verify', 'latest', '--quiet', '--from', 'near'])).exitCode).toBe(0)
  })

  it('brings one to any other place, without a configuration, with its marks', async () => {
    await desk.run(['protect', 'latest', '--from', 'near'])
    const { exitCode, report } = await copy('--from', 'near', '--to', './usb')
    expect(exitCode).toBe(0)
    expect(report).toMatchObject({ status: 'succeeded', from: 'local', to: './usb' })
    expect(report.objects.map(({ status }) => status)).toEqual(['copied', 'copied', 'copied', 'copied'])
    expect(await show('usb')).toMatchObject({ verification: 'archive', protected: true })
    const again = await copy('--from', 'near', '--to', './usb')
    expect(again.report.objects.map(({ status }) => status)).toEqual(['kept', 'kept', 'kept'])
    expect(again.exitCode).toBe(0)
  })

  it('takes no name that was mistyped for a directory', async () => {
    const { exitCode, stderr } = await desk.run(['copy', 'latest', '--to', 'fra'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('It has near, far. For a directory of this name: --to ./fra.')
  })

  it('leaves no manifest of a source that is damaged', async () => {
    const [dump] = [...(await filesIn('near')).keys()].filter((file) => file.endsWith('.dump.zst'))
    await truncate(join(desk.directory, 'near', dump ?? ''), 1000)
    const { exitCode, stdout } = await desk.run(['copy', 'latest', '--to', 'far', '--json'])
    expect(exitCode).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'failed',
      error: { code: 'VERIFY_DIGEST', plugin: 'near' },
    })
    expect([...(await filesIn('far')).keys()].filter((file) => !file.endsWith('.copying.json'))).toEqual([])
  })

  it('overwrites nothing', async () => {
    await copy('--to', 'far')
    const [manifest] = [...(await filesIn('far')).keys()].filter((file) => file.endsWith('.manifest.json'))
    const path = join(desk.directory, 'far', manifest ?? '')
    await writeFile(path, 'something else')
    const { exitCode, stdout } = await desk.run(['copy', 'latest', '--to', 'far', '--json'])
    expect(exitCode).toBe(4)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'STORAGE_EXISTS' } })
    expect(await readFile(path, 'utf8')).toBe('something else')
  })
})

describe('verify', () => {
  it('reads every byte with --full', async () => {
    const { exitCode, stdout } = await desk.run(['verify', 'latest', '--full', '--json', '--quiet'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('"proves":"archive"')
  })
})

describe('copy of what is encrypted and signed', () => {
  it('needs no key, takes the signature along, and sees more with one', async () => {
    const { stdout: recipient } = await desk.run(['keygen', 'identity.txt'])
    await desk.run(['keygen', '--signing'])
    const job = {
      database: shop.url,
      encryption: { recipients: [recipient] },
      signing: { keyFile: 'holdfast-signing.pem' },
      storages: [{ use: 'local', options: { path: 'sealed' } }],
    }
    await writeFile(join(desk.directory, 'sealed.json'), JSON.stringify({ jobs: { shop: job } }))
    expect((await desk.run(['backup', '--quiet', '--config', 'sealed.json'])).exitCode).toBe(0)

    const withoutKey = await copy('--from', 'sealed', '--to', './usb')
    expect(withoutKey.exitCode).toBe(0)
    expect(withoutKey.report.verdicts).toMatchObject([{ proves: 'stored' }])
    expect(
      [...(await filesIn('usb')).keys()].filter((file) => file.endsWith('.manifest.json.sig')),
    ).toHaveLength(1)
    const withKey = await copy('--from', 'sealed', '--to', './usb', '--identity', 'identity.txt')
    expect(withKey.report.verdicts).toMatchObject([{ proves: 'archive' }])

    const trusting = ['--from', 'usb', '--verify-key', 'holdfast-signing.pub.pem', '--json']
    const { stdout } = await desk.run(['list', ...trusting])
    expect(JSON.parse(stdout)).toMatchObject([{ verification: 'archive' }])
  })
})
