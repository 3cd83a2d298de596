import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

/** How long a demo that is told to stop may take for that. */
const cleansUpWithinMs = 20_000

/** Filling the whole sample again and again would be most of what these tests take. */
const small = ['--megabytes', '10']

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hf-demo-'))
  // The server's user must get through it.
  await chmod(directory, 0o711)
})

afterEach(() => rm(directory, { recursive: true, force: true }))

it.each([
  ['in a directory', [], 5],
  ['in S3', ['--s3', ...small], 4],
] as const)(
  'shows a backup %s, its restore and a checklist, and leaves nothing behind',
  async (_, args, open) => {
    const { exitCode, all } = await start(args)
    expect(all).toMatch(/24 tables, [\d,]+ rows: the same in both/)
    expect(all.match(/^\d {2}.*/gm)).toHaveLength(8)
    expect(all.match(/^✓ Backup file created.*/gm)).toHaveLength(1)
    expect(all.match(/^– .*/gm)).toHaveLength(open)
    expect(exitCode).toBe(0)
    expect(await leftovers()).toEqual([])
  },
  120_000,
)

it.each([
  ['SIGINT', 130, /✓ snapshot/, small],
  ['SIGTERM', 143, /PostgreSQL \d+/, small],
  ['SIGTERM', 143, /"ready; what is due/, ['--cron', ...small]],
] as const)('cleans up after %s', async (signal, expected, moment, args) => {
  const child = start(args)
  await seen(child, moment)
  child.kill(signal)
  const { exitCode, all } = await child
  expect(all).toContain(`✗ stopped by ${signal}`)
  expect(exitCode).toBe(expected)
  expect(await leftovers()).toEqual([])
})

function start(args: readonly string[] = []) {
  const child = execa(process.execPath, ['--conditions=@holdfast/source', main, ...args], {
    all: true,
    reject: false,
    forceKillAfterDelay: false,
    env: { TMPDIR: directory, NO_COLOR: '1', NODE_OPTIONS: '' },
  })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    const killer = setTimeout(() => child.kill('SIGKILL'), cleansUpWithinMs)
    await child
    clearTimeout(killer)
  })
  return child
}

function seen(child: ReturnType<typeof start>, moment: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.all.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (moment.test(text)) resolve()
    })
    child.all.on('end', () => reject(new Error(`it ended before ${moment.source} was seen:\n${text}`)))
  })
}

/** Files, and processes that were started for them. */
async function leftovers(): Promise<string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(
    processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  )
  return [...(await readdir(directory)), ...commands.filter((command) => command.includes(directory))]
}
