import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { holdfastFile } from '@holdfast/lab'
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { execa } from 'execa'
import { backupsIn, damageIn } from './stored.ts'
import { noTraces, tracesOf } from './traces.ts'
import { createWorkplace, fill, type Workplace } from './workplace.ts'

let place: Workplace

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'closed')
  await fill(place.database, { megabytes: 4 })
})

beforeEach(() => rm(place.backups, { recursive: true, force: true }))

afterAll(() => place.remove())

/** Runs a shell script in which "$@" is `holdfast`; the exit code is that of the first command of a pipe. */
async function shell(script: string): Promise<{ exitCode: number | undefined; stderr: string }> {
  const { exitCode, stderr } = await execa('bash', ['-c', script, 'bash', process.execPath, holdfastFile], {
    cwd: place.directory,
    extendEnv: false,
    env: place.environment,
    reject: false,
    timeout: 30_000,
  })
  return { exitCode, stderr }
}

async function expectBackup(): Promise<void> {
  expect(await backupsIn(place.backups)).toMatchObject([{ verification: 'archive' }])
  expect(await damageIn(place.backups)).toEqual([])
  const { processes, sessions } = await tracesOf(place)
  expect({ processes, sessions }).toEqual({ processes: noTraces.processes, sessions: noTraces.sessions })
}

it.each([
  [
    'stdout by a reader that takes one byte',
    '"$@" backup --to backups --json | head -c 1; exit ${PIPESTATUS[0]}',
  ],
  ['stdout by a reader that takes nothing', '"$@" backup --to backups --json | true; exit ${PIPESTATUS[0]}'],
  [
    'stderr by a reader that takes one line',
    '{ "$@" backup --to backups 2>&1 >/dev/null; echo $? >&3; } 3>&1 | head -1; exit 0',
  ],
  ['stdout from the start', '"$@" backup --to backups --json >&-'],
  ['stderr from the start', '"$@" backup --to backups 2>&-'],
  ['everything from the start', '"$@" backup --to backups <&- >&- 2>&-'],
])('makes a whole backup all the same: %s', async (_, script) => {
  const { exitCode } = await shell(script)
  expect(exitCode).toBe(0)
  await expectBackup()
})

it('makes a whole backup when both outputs are closed in the middle', async () => {
  const child = spawn(process.execPath, [holdfastFile, 'backup', '--to', place.backups], {
    cwd: place.directory,
    env: place.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await once(child.stderr, 'data')
  child.stdout.destroy()
  child.stderr.destroy()
  const [exitCode] = (await once(child, 'exit')) as [number | null]
  expect(exitCode).toBe(0)
  await expectBackup()
})

it('ends quietly and soon when what it prints is read no further', async () => {
  await place.backUp()
  for (const command of [
    'list --from backups',
    'show latest --from backups',
    'get latest --from backups --decode --output -',
  ]) {
    const { stderr } = await shell(`"$@" ${command} | head -c 10 >/dev/null`)
    expect(stderr).not.toMatch(/EPIPE|Error|at .*\.ts:/)
  }
})
