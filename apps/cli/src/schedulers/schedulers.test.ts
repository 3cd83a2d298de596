import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isLeftOut, presenceOf } from '@holdfast/lab'
import { jobSchedules } from '@holdfast/schedule'
import { execa } from 'execa'
import { CronJob } from 'kubernetes-models/batch/v1/CronJob'
import { afterAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { ScheduledCommand } from './command.ts'
import { renderCrontab } from './crontab.ts'
import { renderKubernetes } from './kubernetes.ts'
import { renderSystemd } from './systemd.ts'

const directory = mkdtempSync(join(tmpdir(), 'holdfast-schedulers-'))

afterAll(() => rm(directory, { recursive: true }))

/** With a mount namespace of its own, as root or in a user namespace. */
const unshare = [['--mount'], ['--user', '--map-root-user', '--mount']]
  .map((flags) => ['unshare', ...flags])
  .find(([command = '', ...flags]) => succeeds(command, [...flags, 'mount', '-t', 'tmpfs', 'none', '/mnt']))

const file = '/etc/holdfast/100% ours $HOME/holdfast.config.yaml'

function commandsOf(job: string, schedule: object): ScheduledCommand[] {
  const written = { timeZone: 'UTC', splayMs: 0, blackouts: [], ...schedule }
  return jobSchedules(job, written).map((one) => ({
    job,
    ...one,
    arguments: [one.kind, job, '--quiet', '--config', file],
  }))
}

const commands = [
  ...commandsOf('shop', {
    backup: '0 3 1,15 * SUN',
    verify: '@weekly',
    prune: '5-50/15 */6 * * *',
    check: '@hourly',
  }),
  ...commandsOf('Shop_EU.2', {
    backup: '30 2 * MAR-MAY MON-FRI',
    timeZone: 'Europe/Berlin',
    splayMs: 600_000,
  }),
]

describe('the crontab', () => {
  it('has a line for each, with what cron would not understand quoted', () => {
    const { text, warnings } = renderCrontab(commands)
    expect(text.split('\n')).toEqual([
      '# Holdfast',
      "# The machine's time zone has to be UTC.",
      String.raw`0 3 1,15 * 0 holdfast backup shop --quiet --config '/etc/holdfast/100\% ours $HOME/holdfast.config.yaml'`,
      String.raw`0 0 * * 0 holdfast verify shop --quiet --config '/etc/holdfast/100\% ours $HOME/holdfast.config.yaml'`,
      String.raw`5,20,35,50 0,6,12,18 * * * holdfast prune shop --quiet --config '/etc/holdfast/100\% ours $HOME/holdfast.config.yaml'`,
      String.raw`0 * * * * holdfast check shop --quiet --config '/etc/holdfast/100\% ours $HOME/holdfast.config.yaml'`,
      "# The machine's time zone has to be Europe/Berlin.",
      expect.stringMatching(/^30 2 \* 3-5 1-5 sleep \d+; holdfast backup Shop_EU\.2 /),
      '',
    ])
    expect(warnings[0]).toContain('UTC and Europe/Berlin')
  })

  it('refuses what cron can not say', () => {
    for (const backup of ['*/20 * * * * *', '0 3 L * *', '0 3 * * FRI#2']) {
      expect(() => renderCrontab(commandsOf('shop', { backup }))).toThrow(
        `shop backup: cron can not say ${backup}`,
      )
    }
  })

  const crontab = findCrontab()
  const leftOut = isLeftOut('the crontab', {
    isHere: crontab !== undefined && unshare !== undefined,
    because: "Debian's cron (npm test takes it out of its package) or the right to mount is missing",
  })
  it.skipIf(leftOut)("is accepted by Debian's cron, which refuses a wrong one", async () => {
    const check = async (text: string): Promise<number | undefined> => {
      const path = join(directory, 'crontab')
      await writeFile(path, text)
      // It wants its spool, of which nothing may be touched here.
      const script = 'mount -t tmpfs none /var/spool && mkdir -p /var/spool/cron/crontabs && "$1" -n "$2"'
      const [command = 'unshare', ...flags] = unshare ?? []
      const args = [...flags, 'sh', '-c', script, 'sh', crontab ?? 'crontab', path]
      return (await execa(command, args, { reject: false })).exitCode
    }
    expect(await check(renderCrontab(commands).text)).toBe(0)
    expect(await check('0 3 * * 9 holdfast backup shop\n')).toBe(1)
  })
})

describe('the units', () => {
  const leftOut = isLeftOut('systemd units', presenceOf('systemd-analyze', { debianPackage: 'systemd' }))

  it.skipIf(leftOut)('pass systemd-analyze verify', async () => {
    const verify = async (text: string) => {
      const paths: string[] = []
      for (const part of text.split(/^(?=# \/etc\/systemd\/system\/)/m)) {
        const [, name = ''] = /^# (\S+)/.exec(part) ?? []
        const path = join(directory, basename(name))
        await writeFile(path, part)
        paths.push(path)
      }
      const { exitCode, stderr } = await execa('systemd-analyze', ['verify', ...paths], { reject: false })
      // It also looks at the other units of the machine.
      const ours = stderr.split('\n').filter((line) => line.includes(directory) || line.includes('holdfast-'))
      return { units: paths.length, exitCode, ours }
    }
    const { text } = renderSystemd(commands)
    const wrong = await verify(text.replace('OnCalendar=', 'OnCalender='))
    expect(wrong.ours.join('\n')).toContain('OnCalender')
    expect(await verify(text)).toEqual({ units: 2 * commands.length, exitCode: 0, ours: [] })
  })

  it.skipIf(leftOut)('have calendar events that systemd reads as the same times', async () => {
    const from = new Date('2026-11-27T00:00:00Z')
    for (const { schedule } of commandsOf('shop', {
      backup: '0 3 * * SUN',
      verify: '*/20 4-6 1-7 * *',
      prune: '15 */6 * JAN,JUL *',
    })) {
      const text = renderSystemd([{ job: 'shop', kind: 'backup', schedule, arguments: [] }]).text
      const [, event = ''] = /^OnCalendar=(.*)$/m.exec(text) ?? []
      const { stdout } = await execa(
        'systemd-analyze',
        [
          'calendar',
          '--iterations=3',
          `--base-time=${from.toISOString().slice(0, 19).replace('T', ' ')} UTC`,
          event,
        ],
        { env: { TZ: 'UTC' } },
      )
      const theirs = [...stdout.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+) UTC/g)].map(
        ([, at]) => at,
      )
      const ours: string[] = []
      for (let at = schedule.after(from); at !== undefined && ours.length < 3; at = schedule.after(at)) {
        ours.push(at.toISOString().slice(0, 19).replace('T', ' '))
      }
      expect(theirs).toEqual(ours)
    }
  })

  it('keep every word as it is', () => {
    const { text } = renderSystemd(commands.slice(0, 1))
    expect(text).toContain(
      'ExecStart=/usr/bin/env holdfast backup shop --quiet --config "/etc/holdfast/100%% ours $$HOME/holdfast.config.yaml"',
    )
  })
})

describe('the CronJobs', () => {
  const manifests = parseAllDocuments(renderKubernetes(commands).text).map(
    (one) => one.toJS() as ConstructorParameters<typeof CronJob>[0],
  )

  it('pass the schema of Kubernetes', () => {
    expect(manifests).toHaveLength(commands.length)
    for (const manifest of manifests) expect(() => new CronJob(manifest).validate()).not.toThrow()
    const wrong = new CronJob({ spec: { schedule: '@daily' } } as ConstructorParameters<typeof CronJob>[0])
    expect(() => wrong.validate()).toThrow('jobTemplate')
  })

  it('have names that Kubernetes allows, each its own', () => {
    const names = manifests.map((manifest) => manifest?.metadata?.name ?? '')
    expect(names.every((name) => name.length <= 52 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name))).toBe(
      true,
    )
    expect(new Set(names).size).toBe(names.length)
  })

  it('run in the time zone of the job, and never twice at once', () => {
    expect(manifests.at(-1)?.spec).toMatchObject({
      timeZone: 'Europe/Berlin',
      concurrencyPolicy: 'Forbid',
      schedule: '30 2 * 3-5 1-5',
    })
  })
})

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Debian's crontab, which can check a file (`-n`): that of this machine, or what was taken out of its package. */
function findCrontab(): string | undefined {
  const takenOut = fileURLToPath(
    new URL('../../../../node_modules/.cache/holdfast/bin/crontab', import.meta.url),
  )
  return ['/usr/bin/crontab', takenOut].find((path) => existsSync(path))
}
