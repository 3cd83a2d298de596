import { execFile, spawn, spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { isLeftOut } from '@holdfast/lab'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import { localStorage } from './storage.ts'

// What only a real disk, mount, user or dead process can show. Each runs in a child: mounts in a mount namespace of the
// child's own, which ends with it.

const { signal } = new AbortController()
const asRoot = process.getuid?.() === 0
const unshare = ['unshare', asRoot ? '-m' : '-rm']

let base: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'holdfast-faults-'))
})
afterEach(async () => {
  chmodSync(base, 0o700)
  await rm(base, { recursive: true })
})

function needs(context: TestContext, [program = '', ...args]: string[]): void {
  const command = [program, ...args].join(' ')
  const isHere = spawnSync(program, args).status === 0
  const leftOut = isLeftOut(context.task.name, { isHere, because: `${command} does not work here` })
  if (leftOut) context.skip(command)
}

/** A program that has `attempt`, which tells how a call ended, and `put`, and prints what it returns. */
function program(statements: string): string[] {
  const source = `
    import { Readable } from 'node:stream'
    import { localStorage } from ${JSON.stringify(new URL('./storage.ts', import.meta.url).href)}
    const base = ${JSON.stringify(base)}
    const { signal } = new AbortController()
    const attempt = async (call: () => Promise<unknown>) => {
      try { await call(); return 'done' } catch (error) { return { code: error.code, message: error.message, hint: error.hint } }
    }
    const body = (bytes: number) => Readable.from(function* () {
      for (let left = bytes; left > 0; left -= 10_000) yield Buffer.alloc(Math.min(left, 10_000), 'x')
    }(), { objectMode: false })
    const keys = async (storage: ReturnType<typeof localStorage>) => {
      const found: string[] = []
      for await (const { key } of storage.list('', signal)) found.push(key)
      return found.sort()
    }
    const main = async () => { ${statements} }
    console.log(JSON.stringify(await main()))
  `
  return [
    process.execPath,
    '--conditions=@holdfast/source',
    '--input-type=module-typescript',
    '--eval',
    source,
  ]
}

async function run(command: string[]): Promise<unknown> {
  const [file = '', ...args] = command
  const { stdout } = await promisify(execFile)(file, args)
  return JSON.parse(stdout)
}

/** Runs a program after a shell script of mounts. */
function mounted(script: string, statements: string): Promise<unknown> {
  return run([...unshare, 'sh', '-ec', `${script}\nexec "$@"`, 'sh', ...program(statements)])
}

describe('a full disk', () => {
  it('stores nothing, leaves nothing, and says so, at ten sizes', { timeout: 60_000 }, async (context) => {
    needs(context, [...unshare, 'true'])
    const sizes = [16, 64, 68, 100, 128, 200, 256, 300, 400, 500]
    await mkdir(join(base, 'disk'))
    const result = await mounted(
      '',
      `
      const { execFileSync } = await import('node:child_process')
      const { readdirSync } = await import('node:fs')
      const outcomes = []
      for (const size of ${JSON.stringify(sizes)}) {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=' + size + 'k', 'tmpfs', base + '/disk'])
        const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
        await storage.put('kept', body(4), { signal })
        const replaced = await attempt(() => storage.put('kept', body(600_000), { signal }))
        const created = await attempt(() => storage.put('job/new', body(600_000), { signal, ifAbsent: true }))
        const small = await attempt(() => storage.put('small', body(4_000), { signal }))
        const left = readdirSync(base + '/disk', { recursive: true }).sort()
        outcomes.push({ replaced: replaced.code, created: created.code, small, left, bytes: (await storage.stat('kept', signal))?.bytes })
        execFileSync('umount', [base + '/disk'])
      }
      return outcomes
      `,
    )
    const expected = { replaced: 'STORAGE_FULL', created: 'STORAGE_FULL', small: 'done', bytes: 4 }
    expect(result).toEqual(sizes.map(() => ({ ...expected, left: ['kept', 'small'] })))
  })

  it('is told apart in words, with what to do', async (context) => {
    needs(context, [...unshare, 'true'])
    await mkdir(join(base, 'disk'))
    const result = await mounted(
      `mount -t tmpfs -o size=64k tmpfs ${base}/disk`,
      `
      const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
      const { freeBytes } = await storage.check(signal)
      return { freeBytes, error: await attempt(() => storage.put('a', body(100_000), { signal })) }
      `,
    )
    expect(result).toEqual({
      freeBytes: 65_536,
      error: {
        code: 'STORAGE_FULL',
        message: expect.stringMatching(/^could not write .*: there is no room left \(ENOSPC\)$/) as string,
        hint: expect.stringContaining('Free some space') as string,
      },
    })
  })

  it('may have no more names to give', async (context) => {
    needs(context, [...unshare, 'true'])
    await mkdir(join(base, 'disk'))
    const result = await mounted(
      `mount -t tmpfs -o size=1m,nr_inodes=4 tmpfs ${base}/disk`,
      `
      const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
      const outcomes = []
      for (const key of ['a', 'b', 'c', 'd/e']) outcomes.push((await attempt(() => storage.put(key, body(1), { signal }))).code ?? 'done')
      return outcomes
      `,
    )
    expect(result).toEqual(['done', 'done', 'done', 'STORAGE_FULL'])
  })
})

describe('a disk mounted read-only', () => {
  it('is found by check, read from, and not written to', async (context) => {
    needs(context, [...unshare, 'true'])
    const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
    await storage.put('kept', Readable.from([Buffer.from('x')]), { signal })
    const result = await mounted(
      `mount --bind ${base}/disk ${base}/disk && mount -o remount,ro,bind ${base}/disk`,
      `
      const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
      const refused = [
        await attempt(() => storage.check(signal)),
        await attempt(() => storage.put('kept', body(1), { signal })),
        await attempt(() => storage.put('a/new', body(1), { signal, ifAbsent: true })),
        await attempt(() => storage.remove('kept', signal)),
      ]
      return { refused: refused.map(({ code }) => code), keys: await keys(storage) }
      `,
    )
    expect(result).toEqual({ refused: Array.from({ length: 4 }, () => 'STORAGE_READ_ONLY'), keys: ['kept'] })
  })
})

describe('a mount', () => {
  it.each([
    ['a disk', 'mount -t tmpfs tmpfs'],
    ['another directory', 'mount --bind /usr/share'],
  ])('is told from an empty mount point, when it is %s', async (_what, mount) => {
    const options = '{ path: "disk/backups", mount: "disk" }'
    await mkdir(join(base, 'disk'))
    const check = `
      const storage = localStorage(${options}, { baseDirectory: base })
      const result = await attempt(() => storage.check(signal))
      return result.code ?? result`
    expect(await run(program(check))).toBe('STORAGE_UNAVAILABLE')
    if (spawnSync(unshare[0] ?? '', [...unshare.slice(1), 'true']).status !== 0) return
    expect(await mounted(`${mount} ${base}/disk`, check)).toBe('done')
  })

  it('that ends in the middle is noticed by the next call, which writes nothing below it', async (context) => {
    needs(context, [...unshare, 'true'])
    await mkdir(join(base, 'disk'))
    const result = await mounted(
      `mount -t tmpfs tmpfs ${base}/disk`,
      `
      const { execFileSync } = await import('node:child_process')
      const storage = localStorage({ path: 'disk/backups', mount: 'disk' }, { baseDirectory: base })
      const before = await attempt(() => storage.put('a', body(1), { signal }))
      execFileSync('umount', [base + '/disk'])
      const after = await attempt(() => storage.put('a', body(1), { signal }))
      return { before, after: after.code, hint: after.hint }
      `,
    )
    expect(result).toEqual({
      before: 'done',
      after: 'STORAGE_UNAVAILABLE',
      hint: expect.stringContaining('Mount the disk') as string,
    })
    expect(await readdir(join(base, 'disk'))).toEqual([])
  })
})

describe('a user without the right', () => {
  // Root may do everything, so the program becomes somebody else once it is loaded.
  const become = `
    const nobody = process.getuid() === 0
    if (nobody) { process.setgroups([]); process.setgid(65534); process.setuid(65534) }`

  it('is told which, where, and for what', async () => {
    const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
    await storage.put('job/a', Readable.from([Buffer.from('x')]), { signal })
    chmodSync(base, 0o755)
    for (const directory of ['disk', 'disk/job']) chmodSync(join(base, directory), 0o555)
    const result = await run(
      program(`${become}
      const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
      const refused = {
        check: await attempt(() => storage.check(signal)),
        create: await attempt(() => storage.put('job/b', body(1), { signal })),
        directory: await attempt(() => storage.put('other/b', body(1), { signal })),
        remove: await attempt(() => storage.remove('job/a', signal)),
        ...(nobody && { read: await attempt(async () => { await storage.get('job/a', { signal }) }) }),
      }
      return { user: (await import('node:os')).userInfo().username, refused }`),
    )
    const { user, refused } = result as {
      user: string
      refused: Record<string, { code: string; message: string }>
    }
    expect(Object.keys(refused).length).toBe(asRoot ? 5 : 4)
    for (const { code, message } of Object.values(refused)) {
      expect(code).toBe('STORAGE_PERMISSION')
      expect(message).toContain(`the user ${user} may not`)
      expect(message).toContain(join(base, 'disk'))
    }
    for (const directory of ['disk', 'disk/job']) chmodSync(join(base, directory), 0o700)
  })

  it('is not stopped by lost+found', async () => {
    const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
    await storage.put('a', Readable.from([Buffer.from('x')]), { signal })
    await mkdir(join(base, 'disk/lost+found'), { mode: 0o700 })
    for (const directory of [base, join(base, 'disk')]) chmodSync(directory, 0o755)
    const listing = program(`${become}
      return keys(localStorage({ path: 'disk' }, { baseDirectory: base }))`)
    if (!asRoot) chmodSync(join(base, 'disk/lost+found'), 0)
    expect(await run(listing)).toEqual(['a'])
    chmodSync(join(base, 'disk/lost+found'), 0o700)
  })
})

describe('a process that is killed', () => {
  it(
    'leaves what was there, and at most an unfinished file, which is swept',
    { timeout: 60_000 },
    async () => {
      const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
      await storage.put('job/kept', Readable.from([Buffer.from('as it was')]), { signal })
      let unfinished = 0
      for (let turn = 0; turn < 8; turn++) {
        const [file = '', ...args] = program(`
        const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
        process.stdout.write('going')
        for (;;) {
          await storage.put('job/kept', body(30_000_000), { signal, bytes: 30_000_001 }).catch(() => {})
          await storage.put('job/new', body(30_000_000), { signal, bytes: 30_000_001, ifAbsent: true }).catch(() => {})
        }`)
        const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
        onTestFinished(() => void child.kill('SIGKILL'))
        const exited = new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)))
        await new Promise((resolve) => child.stdout.once('data', resolve))
        await sleep(turn * 9)
        child.kill('SIGKILL')
        expect(await exited).toBe('SIGKILL')

        const left = (await readdir(join(base, 'disk/job'))).filter((name) => name !== 'kept')
        expect(left.every((name) => /^\.(?:kept|new)\.[0-9a-f]{12}\.partial$/.test(name))).toBe(true)
        expect(await readFile(join(base, 'disk/job/kept'), 'utf8')).toBe('as it was')
        unfinished += left.length
        expect(await storage.removeUnfinished?.('job/', new Date(Date.now() + 1000), signal)).toBe(
          left.length,
        )
        expect(await readdir(join(base, 'disk/job'))).toEqual(['kept'])
      }
      expect(unfinished).toBeGreaterThan(0)
    },
  )
})

// strace shows the calls that are made, and can let the kernel refuse one that it would grant.
describe('system calls', () => {
  const strace = ['strace', '-f', '-y', '-o']
  const names = '?mkdir,mkdirat,write,fsync,?link,linkat,?rename,renameat,?renameat2,?unlink,unlinkat'

  it('are in the order that makes a write durable: write, flush, name, flush the directory', async (context) => {
    needs(context, [...strace, '/dev/null', 'true'])
    const trace = join(base, 'trace')
    await run([
      ...strace,
      trace,
      '-e',
      `trace=${names}`,
      ...program(`
        const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
        await storage.put('job/created', body(25_000), { signal, ifAbsent: true })
        await storage.put('job/replaced', body(25_000), { signal })
        await storage.remove('job/replaced', signal)
        return true`),
    ])
    const calls = (await readFile(trace, 'utf8')).split('\n').flatMap((line) => {
      const call = /^\d+ +(mkdir|write|fsync|link|rename|unlink)(?:at2?)?\(/.exec(line)?.[1]
      if (call === undefined || !line.includes(base)) return []
      const path = line.replaceAll(base, '')
      const places = ['partial', 'job', 'disk']
      return [`${call} ${places.find((place) => path.includes(place)) ?? 'base'}`]
    })
    expect(calls.filter((call, index) => call !== calls[index - 1])).toEqual([
      'mkdir disk',
      'fsync base',
      'mkdir job',
      'fsync disk',
      'write partial',
      'fsync partial',
      'link partial',
      'unlink partial',
      'fsync job',
      'mkdir job',
      'write partial',
      'fsync partial',
      'rename partial',
      'fsync job',
      'unlink job',
      'fsync job',
    ])
  })

  /** Runs a program whose calls of these names fail. */
  const refusing = (calls: string, errno: string, statements: string, ...only: string[]): Promise<unknown> =>
    run([
      ...strace,
      '/dev/null',
      ...only,
      '-e',
      `trace=${calls}`,
      '-e',
      `inject=${calls}:error=${errno}`,
      ...program(statements),
    ])

  it('create only all the same where there are no hard links', async (context) => {
    needs(context, [...strace, '/dev/null', 'true'])
    const result = await refusing(
      '?link,linkat',
      'EPERM',
      `
      const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
      const put = () => attempt(() => storage.put('a', body(25_000), { signal, ifAbsent: true }))
      const together = await Promise.all([put(), put(), put(), put(), put()])
      const info = await storage.stat('a', signal)
      return { outcomes: together.map((one) => one.code ?? one).sort(), later: (await put()).code, bytes: info?.bytes }
      `,
    )
    const lost = Array.from({ length: 4 }, () => 'STORAGE_EXISTS')
    expect(result).toEqual({ outcomes: [...lost, 'done'], later: 'STORAGE_EXISTS', bytes: 25_000 })
    expect(await readdir(join(base, 'disk'))).toEqual(['a'])
  })

  it('that fail to flush fail the write, and nothing of it stays', async (context) => {
    needs(context, [...strace, '/dev/null', 'true'])
    await mkdir(join(base, 'disk'))
    const result = await refusing(
      'fsync',
      'EIO',
      `
      const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
      return attempt(() => storage.put('a', body(25_000), { signal }))
      `,
    )
    expect(result).toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('EIO') as string,
    })
    expect(await readdir(join(base, 'disk'))).toEqual([])
  })

  it('that fail to read fail the stream, in the family', async (context) => {
    needs(context, [...strace, '/dev/null', 'true'])
    const result = await refusing(
      'pread64',
      'EIO',
      `
      const storage = localStorage({ path: 'disk' }, { baseDirectory: base })
      await storage.put('a', body(25_000), { signal })
      return attempt(async () => { for await (const chunk of await storage.get('a', { signal })) throw new Error('got ' + chunk.length) })
      `,
      '-P',
      join(base, 'disk/a'),
    )
    expect(result).toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('could not read') as string,
    })
  })
})
