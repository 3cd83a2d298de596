import { getEventListeners } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isLeftOut } from '@holdfast/lab'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseAddress } from './address.ts'
import { type ChildOptions, spawnChild } from './child.ts'

const address = parseAddress('postgresql://u:canary-secret@h/d', {})

function sh(script: string, options: Partial<ChildOptions> = {}) {
  const environment = { PATH: process.env['PATH'] ?? '' }
  const child = spawnChild('/bin/sh', ['-c', script], {
    environment,
    address,
    signal: new AbortController().signal,
    ...options,
  })
  onTestFinished(() => child.fail(new Error('the test is over')))
  return child
}

async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk.toString('latin1')
  return text
}

describe('the output of a child', () => {
  it('ends after exit 0, with everything in it', async () => {
    const child = sh('head -c 3000000 /dev/zero; sleep 0.1')
    const [text, exit] = await Promise.all([read(child.stdout), child.exited])
    expect(text).toHaveLength(3_000_000)
    expect(exit).toEqual({ code: 0, signal: null })
  })

  it('is held back until the process is gone: a late failure is not an end', async () => {
    for (let round = 0; round < 20; round += 1) {
      const child = sh('echo all of it; exec >&-; sleep 0.02; exit 1')
      await expect(read(child.stdout)).rejects.toMatchObject({ code: 'DATABASE_DUMP_FAILED' })
    }
  })

  it.for(['kill -9 $$', 'kill -TERM $$', 'exit 255'])('is destroyed by %s after output', async (ending) => {
    await expect(read(sh(`echo out; ${ending}`).stdout)).rejects.toMatchObject({
      code: 'DATABASE_DUMP_FAILED',
    })
  })

  it('fails at once, although nobody reads what is left', async () => {
    const child = sh('head -c 100000 /dev/zero; echo "late" >&2; exit 7')
    await child.exited
    await expect
      .poll(() => child.stdout.errored, { timeout: 20_000 })
      .toMatchObject({ code: 'DATABASE_DUMP_FAILED' })
  })

  it('carries the classified error, redacted, without the secret', async () => {
    const child = sh('echo "could not translate host name \\"canary-secret\\"" >&2; exit 2')
    const error: unknown = await read(child.stdout).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'DATABASE_HOST_UNKNOWN' })
    expect(String(error)).not.toContain('canary-secret')
    expect(child.stderrTail()).toBe('could not translate host name "[secret]"\n')
  })

  it('is a failure when there must be some and there is none', async () => {
    expect(await read(sh('exit 0').stdout)).toBe('')
    await expect(read(sh('exit 0', { expectOutput: true }).stdout)).rejects.toThrow('printed nothing')
  })

  it('lets more be said about a failure before it is told', async () => {
    const child = sh('exit 1', { explain: async () => new Error('explained') })
    await expect(read(child.stdout)).rejects.toThrow('explained')
  })

  it('says which program could not be started', async () => {
    const child = spawnChild('/no/such/pg_dump', [], {
      environment: {},
      address,
      signal: new AbortController().signal,
    })
    await expect(read(child.stdout)).rejects.toMatchObject({ code: 'DATABASE_CLIENT_MISSING' })
    expect(await child.exited).toEqual({ code: null, signal: null })
  })
})

describe('the standard error of a child', () => {
  it('is drained whatever happens to the output, line by line', async () => {
    const lines: string[] = []
    const child = sh(
      'for i in 1 2 3; do head -c 200000 /dev/zero | tr "\\0" x >&2; echo >&2; done; echo out',
      {
        onLine: (line) => lines.push(line),
      },
    )
    expect(await read(child.stdout)).toBe('out\n')
    expect(lines.map(({ length }) => length)).toEqual([8_192, 8_192, 8_192])
  })
})

describe('ending a child', () => {
  it('happens with the reason of the signal', async () => {
    const controller = new AbortController()
    const child = sh('echo out; sleep 30', { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('told to stop')), 50)
    await expect(read(child.stdout)).rejects.toThrow('told to stop')
    expect((await child.exited).signal).toBe('SIGTERM')
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('happens before it begins when the signal is aborted already', async () => {
    const child = sh('sleep 30', { signal: AbortSignal.abort(new Error('told to stop')) })
    await expect(read(child.stdout)).rejects.toThrow('told to stop')
    expect((await child.exited).signal).toBe('SIGTERM')
  })

  it('happens when the reader goes away', async () => {
    const child = sh('while :; do head -c 65536 /dev/zero; done')
    await expect(
      pipeline(child.stdout, async () => {
        await sleep(20)
        throw new Error('reader failed')
      }),
    ).rejects.toThrow('reader failed')
    expect((await child.exited).signal).not.toBeNull()
  })

  it('is by force when it does not listen', async () => {
    const controller = new AbortController()
    const child = sh('trap "" TERM; echo ready; while :; do sleep 0.2; done', { signal: controller.signal })
    child.stdout.once('data', () => controller.abort(new Error('told to stop')))
    const started = Date.now()
    expect((await child.exited).signal).toBe('SIGKILL')
    expect(Date.now() - started).toBeLessThan(7_000)
  })
})

const leftOut = isLeftOut('process groups', {
  isHere: process.platform === 'linux',
  because: 'only Linux has /proc',
})

describe.skipIf(leftOut)('Ctrl-C in a terminal', () => {
  it('does not reach a child, which is in a process group of its own', async () => {
    const child = sh('cut -d " " -f 5 /proc/$$/stat')
    expect(Number(await read(child.stdout))).toBe(child.pid)
  })
})

describe('back-pressure', () => {
  it('stops a child that prints faster than anyone reads', async () => {
    const child = sh('head -c 50000000 /dev/zero')
    await sleep(200)
    expect(child.stdout.readableLength).toBeLessThan(1_000_000)
    expect(await read(child.stdout)).toHaveLength(50_000_000)
  })
})

describe('a stall', () => {
  it('is an error when the child prints nothing to a ready reader', async () => {
    const child = sh('echo out; sleep 30', { stallTimeoutMs: 100 })
    await expect(read(child.stdout)).rejects.toMatchObject({ code: 'DATABASE_STALLED' })
  })

  it('is one also while nobody reads yet and there is nothing to read', async () => {
    const child = sh('sleep 30', { stallTimeoutMs: 100 })
    expect(await child.exited).toMatchObject({ signal: 'SIGTERM' })
    expect(child.stdout.errored).toMatchObject({ code: 'DATABASE_STALLED' })
  })

  it('is none once the child has ended, however long nobody reads', async () => {
    const child = sh('echo out', { stallTimeoutMs: 100 })
    await child.exited
    await sleep(300)
    expect(await read(child.stdout)).toBe('out\n')
  })

  it('is none when it was this process that stood still', async () => {
    const child = sh('sleep 0.1; echo out', { stallTimeoutMs: 300 })
    const output = read(child.stdout)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600)
    expect(await output).toBe('out\n')
  })

  it('is none while the child still talks on its standard error', async () => {
    const child = sh('for i in 1 2 3 4 5 6; do echo busy >&2; sleep 0.1; done; echo out', {
      stallTimeoutMs: 400,
    })
    expect(await read(child.stdout)).toBe('out\n')
  })
})
