import { randomBytes } from 'node:crypto'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { hasCode, type ObjectInfo, OptionsError, type Storage } from '@holdfast/plugin'
import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import local from './index.ts'
import { localStorage } from './storage.ts'

const { signal } = new AbortController()
const failsWith = (code: string) => (error: unknown) => hasCode(error, code)

let base: string
let root: string
let storage: Storage
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'holdfast-local-'))
  root = join(base, 'backups')
  storage = localStorage({ path: './backups' }, { baseDirectory: base })
})
afterEach(() => rm(base, { recursive: true }))

const body = (text: string): Readable => Readable.from([Buffer.from(text)], { objectMode: false })
const put = (key: string, text = 'x', ifAbsent = false): Promise<ObjectInfo> =>
  storage.put(key, body(text), { signal, ifAbsent })

async function keys(prefix = ''): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of storage.list(prefix, signal)) found.push(key)
  return found.sort()
}

describe('options', () => {
  it.each([
    [{}, 'path'],
    [{ path: '' }, 'path'],
    [{ path: '~/backups' }, 'path'],
    [{ path: 'a\0b' }, 'path'],
    [{ path: 3 }, 'path'],
    [{ path: '.', paht: 'x' }, 'paht'],
    [{ path: '.', mount: '' }, 'mount'],
  ])('refuses %j', (options, at) => {
    const issuesOf = (): unknown => {
      try {
        return local.parseOptions(options)
      } catch (error) {
        return error instanceof OptionsError ? error.issues.map(({ path }) => path.join('.')) : error
      }
    }
    expect(issuesOf()).toEqual([at])
  })

  it('refuses a mount point that is not above the path', () => {
    const context = { name: 'disk', job: 'shop', baseDirectory: '/srv' }
    expect(() => local.create({ path: '/mnt/backup', mount: '/mnt/backups' }, context)).toThrow(OptionsError)
    expect(local.create({ path: '/mnt/backup', mount: '/mnt/backup' }, context).location('a')).toBe(
      '/mnt/backup/a',
    )
  })

  it('has a schema for editors', () => {
    expect(local.optionsSchema?.()).toMatchObject({ required: ['path'], additionalProperties: false })
  })
})

describe('on the disk', () => {
  it('keeps files and directories to their owner, whatever the umask', async () => {
    const before = process.umask(0)
    try {
      await put('shop/2026/a')
    } finally {
      process.umask(before)
    }
    const mode = async (path: string): Promise<number> => (await lstat(join(base, path))).mode & 0o777
    expect(await mode('backups')).toBe(0o700)
    expect(await mode('backups/shop')).toBe(0o700)
    expect(await mode('backups/shop/2026')).toBe(0o700)
    expect(await mode('backups/shop/2026/a')).toBe(0o600)
    expect(storage.location('shop/2026/a')).toBe(join(root, 'shop/2026/a'))
    expect(storage.location('')).toBe(root)
    expect(await readFile(storage.location('shop/2026/a'), 'utf8')).toBe('x')
  })

  it('tells why a write ended as it was told, and stops the body', async () => {
    const reason = new Error('enough')
    for (const cancelled of [true, false]) {
      const cancel = new AbortController()
      const slow = new Readable({ read() {} })
      slow.push('x')
      setTimeout(() => (cancelled ? cancel.abort(reason) : slow.destroy(reason)), 10)
      await expect(storage.put('a', slow, { signal: cancel.signal })).rejects.toBe(reason)
      expect(slow.destroyed).toBe(true)
    }
  })

  it('writes beside the target, under a hidden name that is refused as a key', async () => {
    const slow = new Readable({ read() {} })
    slow.push('x')
    const longest = 'é'.repeat(127)
    const writing = storage.put(`a/${longest}`, slow, { signal })
    await expect.poll(() => readdir(join(root, 'a')), { timeout: 20_000 }).toHaveLength(1)
    const [name = ''] = await readdir(join(root, 'a'))
    expect(name).toMatch(/^\.é+\.[0-9a-f]{12}\.partial$/)
    expect((await lstat(join(root, 'a', name))).mode & 0o777).toBe(0o600)
    expect(await keys()).toEqual([])
    await expect(put(`a/${name}`)).rejects.toSatisfy(failsWith('STORAGE_KEY_INVALID'))
    await expect(storage.get(`a/${name}`, { signal })).rejects.toSatisfy(failsWith('STORAGE_KEY_INVALID'))
    slow.push(null)
    await writing
    expect(await keys()).toEqual([`a/${longest}`])
  })

  it('removes the directories that a removal leaves empty, never the root', async () => {
    await put('shop/2026/10/a')
    await put('shop/2026/11/b')
    await storage.remove('shop/2026/10/a', signal)
    expect(await readdir(join(root, 'shop/2026'))).toEqual(['11'])
    await storage.remove('shop/2026/11/b', signal)
    expect(await readdir(base)).toEqual(['backups'])
    expect(await readdir(root)).toEqual([])
  })

  it('survives writes and removals in the same directory at the same time', async () => {
    const turns = Array.from({ length: 150 }, (_, turn) => turn)
    await Promise.all(
      turns.map(async (turn) => {
        await put(`job/2026/${turn % 3}/${turn}`, `${turn}`, turn % 2 === 0)
        if (turn % 5 !== 0) await storage.remove(`job/2026/${turn % 3}/${turn}`, signal)
      }),
    )
    expect(await keys()).toHaveLength(30)
  })

  it('lists while files come and go', async () => {
    for (let turn = 0; turn < 30; turn++) await put(`a/${turn}`)
    let going = true
    const churn = (async () => {
      for (let turn = 0; going; turn++) {
        await put(`b${turn % 7}/${turn}`)
        await storage.remove(`b${turn % 7}/${turn}`, signal)
      }
    })()
    for (let turn = 0; turn < 40; turn++) expect(await keys('a/')).toHaveLength(30)
    for (let turn = 0; turn < 40; turn++) expect((await keys()).length).toBeGreaterThanOrEqual(30)
    going = false
    await churn
  })

  it('does not hand out a file that was cut while it was read', async () => {
    await put('a', 'x'.repeat(3_000_000))
    const stored = await storage.get('a', { signal })
    stored.read(1)
    await writeFile(join(root, 'a'), 'short')
    const reading = (async () => {
      for await (const chunk of stored) expect(chunk).toBeInstanceOf(Buffer)
    })()
    await expect(reading).rejects.toSatisfy(failsWith('STORAGE_LENGTH'))
  })

  it('stops a read that is cancelled or given up', async () => {
    await put('a', 'x'.repeat(3_000_000))
    const cancel = new AbortController()
    const stored = await storage.get('a', { signal: cancel.signal })
    const error = new Promise((resolve) => stored.once('error', resolve))
    cancel.abort()
    expect(await error).toMatchObject({ name: 'AbortError' })
    const other = await storage.get('a', { signal })
    other.destroy()
    await new Promise((resolve) => other.once('close', resolve))
    expect(await openFiles(root)).toEqual([])
  })
})

describe('symbolic links and other things', () => {
  const outside = (): string => join(base, 'outside')
  beforeEach(async () => {
    await mkdir(outside())
    await writeFile(join(outside(), 'passwd'), 'root')
    await put('real')
    await symlink(outside(), join(root, 'link'))
    await symlink(join(outside(), 'passwd'), join(root, 'file-link'))
    await symlink(join(outside(), 'nowhere'), join(root, 'dangling'))
    await symlink('real', join(root, 'inner-link'))
    await mkdir(join(root, 'directory'))
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', join(root, 'pipe')])
  })

  it('refuses to go through them, and changes nothing outside', async () => {
    const refused = failsWith('STORAGE_KEY_INVALID')
    const taken = ['link', 'file-link', 'dangling', 'inner-link', 'directory', 'pipe']
    for (const key of ['link/passwd', 'link/new/deep', 'dangling/new', ...taken]) {
      await expect(put(key, 'changed')).rejects.toSatisfy(refused)
      await expect(put(key, 'changed', true)).rejects.toSatisfy(refused)
    }
    for (const key of ['link/passwd', ...taken]) {
      await expect(storage.get(key, { signal })).rejects.toSatisfy(refused)
      await expect(storage.stat(key, signal)).rejects.toSatisfy(refused)
      await expect(storage.remove(key, signal)).rejects.toSatisfy(refused)
    }
    expect(await readdir(outside())).toEqual(['passwd'])
    expect(await readFile(join(outside(), 'passwd'), 'utf8')).toBe('root')
    expect((await lstat(join(root, 'file-link'))).isSymbolicLink()).toBe(true)
  })

  it('does not list them', async () => {
    expect(await keys()).toEqual(['real'])
    await expect(keys('link/')).rejects.toSatisfy(failsWith('STORAGE_KEY_INVALID'))
  })

  it('does not sweep through them', async () => {
    await writeFile(join(outside(), '.a.0123456789ab.partial'), 'x')
    expect(await storage.removeUnfinished?.('', new Date(Date.now() + 60_000), signal)).toBe(0)
    expect(await readdir(outside())).toHaveLength(2)
  })

  it('does not list names that no key can have', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff])]), 'x')
    await writeFile(join(root, 'new\nline'), 'x')
    await writeFile(join(root, 'back\\slash'), 'x')
    expect(await keys()).toEqual(['real'])
  })

  it('may itself be a symbolic link', async () => {
    await symlink(root, join(base, 'alias'))
    const alias = localStorage({ path: 'alias' }, { baseDirectory: base })
    expect((await alias.stat('real', signal))?.bytes).toBe(1)
    await alias.put('second', body('x'), { signal })
    expect(await keys()).toEqual(['real', 'second'])
  })
})

describe('unfinished files', () => {
  async function leave(key: string, ageSeconds: number): Promise<void> {
    const at = key.lastIndexOf('/')
    const path = join(
      root,
      key.slice(0, at + 1),
      `.${key.slice(at + 1)}.${randomBytes(6).toString('hex')}.partial`,
    )
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, 'x')
    const time = Date.now() / 1000 - ageSeconds
    await utimes(path, time, time)
  }

  it('are removed when they are old enough and their key has the prefix, with their empty directories', async () => {
    await leave('shop/2026/a', 100)
    await leave('shop/2026/b', 10)
    await leave('shopping/a', 100)
    await leave('shop/2025/c', 100)
    await put('shop/2026/finished')
    await writeFile(join(root, 'shop/2026/.foreign.partial'), 'x')
    const before = new Date(Date.now() - 50_000)
    expect(await storage.removeUnfinished?.('shop/', before, signal)).toBe(2)
    expect((await readdir(join(root, 'shop'))).sort()).toEqual(['2026'])
    expect(await readdir(join(root, 'shop/2026'))).toHaveLength(3)
    expect(await storage.removeUnfinished?.('shopping/a', before, signal)).toBe(1)
    expect(await keys()).toEqual(['shop/2026/finished'])
  })
})

describe('a directory that is not there', () => {
  it('is made on first use, and before that is an empty storage', async () => {
    expect(await keys()).toEqual([])
    expect(await storage.stat('a', signal)).toBeUndefined()
    await storage.remove('a', signal)
    expect((await storage.check(signal)).freeBytes).toBeGreaterThan(0)
    expect(await readdir(base)).toEqual([])
    await put('a')
    expect(await keys()).toEqual(['a'])
  })

  it.each([
    ['the directory above it is missing too', { path: 'disk/backups' }],
    ['it is a link to something missing', { path: 'to-nowhere' }],
    ['it is a file', { path: 'file' }],
    ['nothing is mounted where something should be', { path: 'disk2/backups', mount: 'disk2' }],
    ['the mount point itself is missing', { path: 'disk3/backups', mount: 'disk3' }],
  ])('is unavailable where %s', async (_why, options) => {
    await symlink('nowhere', join(base, 'to-nowhere'))
    await writeFile(join(base, 'file'), '')
    await mkdir(join(base, 'disk2'))
    const before = (await readdir(base)).sort()
    const missing = localStorage(options, { baseDirectory: base })
    const refused = failsWith('STORAGE_UNAVAILABLE')
    await expect(missing.check(signal)).rejects.toSatisfy(refused)
    await expect(missing.put('a', body('x'), { signal })).rejects.toSatisfy(refused)
    await expect(missing.get('a', { signal })).rejects.toSatisfy(refused)
    await expect(missing.stat('a', signal)).rejects.toSatisfy(refused)
    await expect(missing.remove('a', signal)).rejects.toSatisfy(refused)
    await expect(missing.list('', signal)[Symbol.asyncIterator]().next()).rejects.toSatisfy(refused)
    expect((await readdir(base)).sort()).toEqual(before)
    expect(await readdir(join(base, 'disk2'))).toEqual([])
  })

  it('may be on a disk that is mounted', async () => {
    await chmod(base, 0o700)
    // The root of the file system is always mounted.
    const mounted = localStorage({ path: root, mount: '/' }, { baseDirectory: '/' })
    expect((await mounted.put('a', body('x'), { signal })).bytes).toBe(1)
  })
})

/** The files below a directory that this process has open. */
async function openFiles(below: string): Promise<string[]> {
  const open = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  )
  return open.filter((path) => path.startsWith(below))
}
