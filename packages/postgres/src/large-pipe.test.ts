import { isOwned } from '@holdfast/plugin'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parseAddress } from './address.ts'
import { type ChildOptions, spawnChild } from './child.ts'
import { openLargePipe } from './large-pipe.ts'

const pieceBytes = 2 * 1024 * 1024
const address = parseAddress('postgresql://u@h/d', {})
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-pipe-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function start(file: string, args: string[], options: Partial<ChildOptions> = {}) {
  const largePipe = await openLargePipe(directory)
  const child = spawnChild(file, args, {
    environment: { PATH: process.env['PATH'] ?? '' },
    address,
    signal: new AbortController().signal,
    largePipe,
    ...options,
  })
  onTestFinished(() => child.fail(new Error('the test is over')))
  return { child, largePipe }
}

const sh = async (script: string, options?: Partial<ChildOptions>) =>
  (await start('/bin/sh', ['-c', script], options)).child

async function read(stream: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece)
  return pieces
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('a large pipe', () => {
  it.for([0, 1, pieceBytes - 1, pieceBytes, pieceBytes + 1, 5 * pieceBytes, 7_654_321])(
    'gives %i bytes as they were printed, in pieces of their own',
    async (bytes) => {
      const file = join(directory, `printed-${bytes}`)
      const pieces = await read((await sh(`head -c ${bytes} /dev/urandom | tee ${file}`)).stdout)
      expect(sha256(Buffer.concat(pieces))).toBe(sha256(await readFile(file)))
      const whole = pieces.filter((piece) => piece.length === pieceBytes)
      expect(whole).toHaveLength(Math.floor(bytes / pieceBytes))
      expect(whole.every(isOwned)).toBe(true)
    },
  )

  it('leaves nothing in its directory', async () => {
    await read((await sh('echo out')).stdout)
    expect((await readdir(directory)).filter((name) => !name.startsWith('printed-'))).toEqual([])
  })

  it('holds the end back until the process is gone: a late failure is not an end', async () => {
    for (let round = 0; round < 20; round += 1) {
      const child = await sh('echo all of it; exec >&-; sleep 0.02; exit 1')
      await expect(read(child.stdout)).rejects.toMatchObject({ code: 'DATABASE_DUMP_FAILED' })
    }
  })

  it.for(['kill -9 $$', 'kill -TERM $$', 'exit 255'])('fails with %s after output', async (ending) => {
    const child = await sh(`head -c 3000000 /dev/zero; ${ending}`)
    await expect(read(child.stdout)).rejects.toMatchObject({ code: 'DATABASE_DUMP_FAILED' })
  })

  it('stops a child that prints faster than anyone reads', async () => {
    const lines: string[] = []
    const child = await sh('head -c 50000000 /dev/zero; echo printed >&2', {
      onLine: (line) => lines.push(line),
    })
    await sleep(300)
    expect(child.stdout.readableLength).toBeLessThanOrEqual(2 * pieceBytes)
    expect(lines).toEqual([])
    expect(Buffer.concat(await read(child.stdout))).toHaveLength(50_000_000)
  })

  it('knows that something has been printed before a piece is full, and takes a trickle for no stall', async () => {
    const child = await sh('for i in 1 2 3 4 5 6; do echo $i; sleep 0.15; done', { stallTimeoutMs: 600 })
    await expect.poll(() => child.hasPrinted(), { timeout: 20_000 }).toBe(true)
    expect(child.stdout.readableLength).toBe(0)
    expect(Buffer.concat(await read(child.stdout)).toString()).toBe('1\n2\n3\n4\n5\n6\n')
  })

  it('is closed where the program could not be started', async () => {
    const { child, largePipe } = await start('/no/such/pg_dump', [])
    await expect(read(child.stdout)).rejects.toMatchObject({ code: 'DATABASE_CLIENT_MISSING' })
    await child.exited
    expect([largePipe.reader.destroyed, largePipe.writer.destroyed]).toEqual([true, true])
  })

  it('can not be had where the path is longer than a socket may have', async () => {
    await expect(openLargePipe(join(directory, 'x'.repeat(200)))).rejects.toMatchObject({
      syscall: 'listen',
    })
  })
})
