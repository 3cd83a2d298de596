import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PostgresAccess, TestDatabase } from '@holdfast/lab'
import type { Report } from '@holdfast/plugin'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createShop, openDesk, type Desk } from './holdfast.test.tool.ts'

const execute = promisify(execFile)

interface Listed {
  id: string
  name: string
  job: string
  kind: string
  label: string | null
  startedAt: string
  bytes: number
  verification: string
  protected: boolean
  storages: string[]
}

let desk: Desk
let server: PostgresAccess
let shop: TestDatabase
let target: TestDatabase
let copyUrl: string

beforeAll(async () => {
  const made = await createShop(inject('postgresUrl'), 'cli_flow')
  ;({ server, shop } = made)
  target = await made.server.createDatabase('cli_flow_target')
  copyUrl = made.server.url(`${shop.name}_copy`)
  desk = await openDesk({ DATABASE_URL: shop.url })
})

afterAll(async () => {
  await desk.clear()
  await server.psql(`DROP DATABASE IF EXISTS "${shop.name}_copy"`)
  await target.drop()
  await shop.drop()
})

async function list(...options: string[]): Promise<Listed[]> {
  const { stdout } = await desk.run(['list', '--json', ...options])
  return JSON.parse(stdout) as Listed[]
}

describe('without a configuration', () => {
  it('backs up into ./backups, verifies, and reports with --json just what was promised', async () => {
    const { stdout, stderr, exitCode } = await desk.run(['backup', '--json'])
    expect(exitCode).toBe(0)
    expect(stdout.split('\n')).toHaveLength(1)
    const report = JSON.parse(stdout) as Report
    expect(report).toMatchObject({
      schemaVersion: 1,
      command: 'backup',
      status: 'succeeded',
      job: shop.name,
      backup: { kind: 'full', format: 'custom', tables: 2, rows: 5050 },
      storages: [{ name: 'local', plugin: 'local', status: 'stored' }],
      notifications: [],
    })
    expect(Date.parse(report.finishedAt) - Date.parse(report.startedAt)).toBeGreaterThan(0)
    expect(report.backup?.objects.map(({ role }) => role)).toEqual(['dump', 'globals', 'sidecar', 'manifest'])
    for (const { key, bytes, sha256 } of report.backup?.objects ?? []) {
      expect(key).toMatch(new RegExp(`^${shop.name}/\\d{4}/\\d{2}/${shop.name}_full_\\d{8}_\\d{6}\\.`))
      expect(bytes).toBeGreaterThan(0)
      expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    }
    expect(report.verdicts.map(({ verifier, status }) => [verifier, status])).toEqual([
      ['archive', 'warning'],
      ['size', 'skipped'],
    ])
    expect(report.retention).toEqual([{ storage: 'local', deleted: [], kept: 1, orphans: 0, errors: [] }])
    expect(report.restoreCommand).toBe(
      `holdfast restore ${report.backup?.id} --from ./backups --to "$TARGET_DATABASE_URL"`,
    )
    expect(stderr).toContain('✓ dump')
    expect(stderr).not.toContain('\u001B')
  })

  it('lists it, shows it, and finds it by the start of its id and as latest', async () => {
    const [only, ...others] = await list()
    expect(others).toEqual([])
    expect(only).toMatchObject({
      job: shop.name,
      kind: 'full',
      label: null,
      verification: 'archive',
      protected: false,
      storages: ['local'],
    })
    for (const wanted of [only!.id.slice(0, 4), `${shop.name}@latest`]) {
      const { stdout } = await desk.run(['show', wanted, '--from', 'backups'])
      expect(stdout).toContain(`${only!.name} (id ${only!.id})`)
      expect(stdout).toContain('zstd -dc')
    }
  })

  it('gets it, as it is stored and decoded, also from another directory', async () => {
    const elsewhere = join(desk.directory, 'elsewhere')
    await mkdir(elsewhere)
    expect((await desk.run(['get', 'latest', '--from', 'backups', '--output', 'elsewhere'])).exitCode).toBe(0)
    const files = await readdir(elsewhere)
    expect(files.toSorted()).toEqual([
      expect.stringMatching(/\.dump\.zst$/),
      expect.stringMatching(/\.dump\.zst\.sha256$/),
      expect.stringMatching(/\.globals\.sql\.zst$/),
    ])
    await execute('sha256sum', ['--check', '--strict', files.find((file) => file.endsWith('.sha256'))!], {
      cwd: elsewhere,
    })

    expect((await desk.run(['get', 'latest', '--decode', '--output', 'shop.dump'])).exitCode).toBe(0)
    expect((await readFile(join(desk.directory, 'shop.dump'))).subarray(0, 5).toString()).toBe('PGDMP')
    const again = await desk.run(['get', 'latest', '--decode', '--output', 'shop.dump'])
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is there already') })
    const { stdout } = await desk.run(['get', 'latest', '--decode', '--globals', '--output', '-'])
    expect(stdout).toContain('CREATE ROLE postgres')
    expect((await readdir(desk.directory)).filter((file) => file.endsWith('.part'))).toEqual([])
  })

  it('verifies it again', async () => {
    const { exitCode, stdout } = await desk.run(['verify', 'latest', '--json', '--quiet'])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'verify',
      status: 'succeeded',
      backup: { job: shop.name },
    })
  })

  it('restores it with equal rows, into an empty database and into one that is made', async () => {
    const restored = await desk.run(['restore', 'latest', '--to', target.url, '--json'])
    expect(restored.exitCode).toBe(0)
    expect(JSON.parse(restored.stdout)).toMatchObject({ command: 'restore', status: 'succeeded', rows: 5050 })
    expect(await target.psql('SELECT count(*) FROM orders')).toBe('5000')

    const again = await desk.run(['restore', 'latest', '--to', target.url])
    expect(again.exitCode).toBe(3)
    expect(again.stderr).toContain('DATABASE_NOT_EMPTY')

    const made = await desk.run(['restore', 'latest', '--to', copyUrl, '--create-database', '--stream'])
    expect(made.stderr).toContain('2 tables, 5,050 rows, all as in the source')
    expect(made.exitCode).toBe(0)
  })

  it('protects, unprotects, plans and prunes', async () => {
    await desk.run(['backup', '--quiet', '--label', 'pre-deploy'])
    await desk.run(['backup', '--quiet'])
    const oldest = (await list()).at(-1)!
    expect((await desk.run(['protect', oldest.id])).exitCode).toBe(0)
    expect((await list()).map((backup) => backup.protected)).toEqual([false, false, true])

    const plan = await desk.run(['prune', '--plan', '--json', '--from', 'backups', '--last', '1'])
    const actions = JSON.parse(plan.stdout) as {
      storage: string
      backup: string
      action: string
      reason: string
    }[]
    expect(actions.map(({ action }) => action)).toEqual(['keep', 'delete', 'keep'])
    expect(actions[2]).toEqual({ storage: 'local', backup: oldest.name, action: 'keep', reason: 'protected' })
    expect(await list()).toHaveLength(3)

    expect((await desk.run(['prune', '--from', 'backups', '--last', '1'])).exitCode).toBe(0)
    expect(await list()).toHaveLength(2)
    expect((await desk.run(['unprotect', oldest.id])).exitCode).toBe(0)
    expect((await desk.run(['prune', '--from', 'backups', '--last', '1', '--json'])).exitCode).toBe(0)
    expect((await list()).map(({ id }) => id)).not.toContain(oldest.id)
  })

  it('keeps everything where nothing says what to keep', async () => {
    const before = await list()
    const { stderr, exitCode } = await desk.run(['prune'])
    expect(exitCode).toBe(0)
    expect(stderr).toContain(`0 deleted, ${before.length} kept`)
  })

  it('dumps the schema alone, data alone, or one table', async () => {
    const kinds: [string[], object][] = [
      [['--schema-only', '--format', 'plain'], { kind: 'schema', format: 'plain', tables: 2 }],
      [['--data-only'], { kind: 'data', rows: 5050 }],
      [['--table', 'public.orders'], { kind: 'tables', tables: 1, rows: 5000 }],
      [['--exclude-table', 'orders'], { kind: 'tables', tables: 1, rows: 50 }],
    ]
    for (const [options, backup] of kinds) {
      const { stdout } = await desk.run(['backup', '--json', '--quiet', '--to', 'kinds', ...options])
      expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded', backup })
    }
  })

  it('stores nothing in a dry run', async () => {
    const { exitCode, stderr } = await desk.run(['backup', '--dry-run', '--to', 'dry'])
    expect(exitCode).toBe(0)
    expect(stderr).toContain('a backup would work; nothing was dumped')
    const { stderr: missing, exitCode: unavailable } = await desk.run(['list', '--from', 'dry'])
    expect(unavailable).toBe(4)
    expect(missing).toContain('there is no directory')
  })
})

describe('output that nobody reads to its end', () => {
  const piped = async (command: string) =>
    execute('bash', ['-c', `${command}; echo "\${PIPESTATUS[0]}" >&2`], {
      cwd: desk.directory,
      env: {
        PATH: process.env['PATH'],
        HOME: desk.directory,
        DATABASE_URL: shop.url,
        NODE: process.execPath,
        BIN: desk.bin,
      },
    })

  it('is no reason to fail, nor to crash loudly', async () => {
    expect((await piped('"$NODE" "$BIN" show latest | head -c 1')).stderr).toBe('0\n')
    const { stderr } = await piped('"$NODE" "$BIN" backup --json --quiet --to unread | true')
    expect(stderr).toBe('0\n')
    expect(await list('--from', 'unread')).toHaveLength(1)
  })

  it('is told where it was to be whole', async () => {
    const { stderr } = await piped('"$NODE" "$BIN" get latest --decode --output - | true')
    expect(stderr).toMatch(/^! whatever reads this stopped before the end\n1\n$/)
  })
})

describe('doctor', () => {
  it('finds everything in order', async () => {
    const { exitCode, stdout } = await desk.run(['doctor', '--json'])
    expect(exitCode).toBe(0)
    const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string }[] }
    const names = [
      'connection',
      'versions',
      'pooler',
      'permissions',
      'row security',
      'clock',
      'storage local',
    ]
    for (const name of names)
      expect(checks).toContainEqual(expect.objectContaining({ name, status: 'passed' }))
    expect(
      (await readdir(join(desk.directory, 'backups', shop.name))).filter((file) => file.startsWith('.')),
    ).toEqual([])
  })

  it('says which check failed, with a fix', async () => {
    const { exitCode, stdout } = await desk.run(['doctor'], {
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/x',
    })
    expect(exitCode).toBe(3)
    expect(stdout).toMatch(/✗ connection .*\n(.*\n)*.*DATABASE_UNREACHABLE/)
    expect(stdout).toContain('– not reached    versions, pooler, tables, permissions, row security')
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^✗ 1 check failed/)
  })
})

describe('a configuration', () => {
  it('is written by init, works as it stands, and is not overwritten', async () => {
    const made = await openDesk({ DATABASE_URL: shop.url })
    try {
      expect((await made.run(['init'])).stderr).toContain('holdfast doctor')
      expect((await made.run(['init'])).exitCode).toBe(2)
      expect((await made.run(['init', '--force'])).exitCode).toBe(0)
      const text = await readFile(join(made.directory, 'holdfast.config.yaml'), 'utf8')
      expect(text).not.toContain(new URL(shop.url).password)
      expect((await made.run(['doctor'])).exitCode).toBe(0)
      expect((await made.run(['backup', '--quiet'])).exitCode).toBe(0)
      const { stdout } = await made.run(['plugins', '--json'])
      expect(JSON.parse(stdout)).toMatchObject({
        plugins: expect.arrayContaining([
          { kind: 'storage', use: 'local', included: true, jobs: [shop.name], status: 'ready' },
        ]),
      })
      expect((await made.run(['prune', '--days', '1'])).exitCode).toBe(2)
    } finally {
      await made.clear()
    }
  })
})
