import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { storageCases } from '@holdfast/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, openDesk } from './holdfast.test.tool.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.clear())

interface Output {
  status: string
  checks: { job: string; name: string; status: string; detail: string; code?: string }[]
}

describe('doctor --storage', () => {
  it('prints a line for every promise, and leaves nothing behind', { timeout: 120_000 }, async () => {
    await mkdir(join(desk.directory, 'disk'))
    const { stdout, exitCode } = await desk.run(['doctor', '--to', 'disk', '--storage', 'local'])
    const lines = stdout.split('\n')
    for (const { name } of [...storageCases, { name: 'scratch' }]) {
      const found = lines.filter((line) => /^ {2}[✓–] /.test(line) && line.slice(4).startsWith(`${name}  `))
      expect([name, found.length]).toEqual([name, 1])
    }
    expect(lines[0]).toMatch(/^local: \/.*\/disk$/)
    expect(lines.at(-1)).toBe('✓ the storage does everything that it has to')
    expect(exitCode).toBe(0)
    expect(await readdir(join(desk.directory, 'disk'))).toEqual([])
  })

  it('removes what it wrote when it is interrupted', { timeout: 60_000 }, async () => {
    const place = join(desk.directory, 'disk')
    await mkdir(place)
    const running = desk.run(['doctor', '--to', 'disk', '--storage', 'local'])
    await expect.poll(() => readdir(place), { timeout: 30_000, interval: 20 }).toHaveLength(1)
    running.kill('SIGINT')
    expect((await running).exitCode).toBe(130)
    expect(await readdir(place)).toEqual([])
  })

  it('says which promise a storage breaks, and ends with 4', { timeout: 60_000 }, async () => {
    await writeFile(join(desk.directory, 'forgetful.js'), forgetful)
    await writeFile(
      join(desk.directory, 'holdfast.config.json'),
      JSON.stringify({
        jobs: { shop: { storages: [{ use: './forgetful.js', name: 'mine' }] }, other: local },
      }),
    )
    const { stdout, exitCode } = await desk.run(['doctor', '--storage', 'mine', '--json'])
    const { status, checks } = JSON.parse(stdout) as Output
    expect([exitCode, status]).toEqual([4, 'failed'])
    expect(checks).toHaveLength(storageCases.length + 1)
    expect(new Set(checks.map(({ job }) => job))).toEqual(new Set(['shop']))
    expect(checks[1]).toMatchObject({
      name: 'put and get',
      status: 'failed',
      detail: 'shop/2026/11/a.dump has 0 bytes, not 200003',
      code: 'STORAGE_PROMISE_BROKEN',
    })
    const shown = await desk.run(['doctor', 'shop', '--storage', 'mine'])
    expect(shown.stdout).toMatch(/✗ put and get .*\n(.*\n)*.*– not reached +\d\d other checks/)
    expect(shown.stdout).toMatch(/✗ \d checks? failed: do not rely on this storage$/)
  })

  it('knows the storages that there are', async () => {
    const { stderr, exitCode } = await desk.run(['doctor', '--to', 'disk', '--storage', 's3'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('there is no storage s3')
    expect(stderr).toContain('There is local.')
    expect(await readdir(desk.directory)).not.toContain('disk')
  })
})

const local = { storages: [{ use: 'local', options: { path: './backups' } }] }

const forgetful = `
  import { Readable } from 'node:stream'
  export default {
    apiVersion: 1,
    kind: 'storage',
    name: 'forgetful',
    parseOptions: () => ({}),
    create: () => ({
      check: async () => ({}),
      put: async (key, body) => {
        for await (const chunk of body);
        return { key, bytes: 0, modifiedAt: new Date() }
      },
      get: async () => Readable.from([]),
      stat: async () => undefined,
      async *list() {},
      remove: async () => {},
      location: (key) => 'nowhere:/' + key,
    }),
  }
`
