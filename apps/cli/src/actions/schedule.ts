import { resolve } from 'node:path'
import { findJob, type Config } from '@holdfast/core'
import { inWords, jobSchedules, type JobSchedule } from '@holdfast/schedule'
import { requireConfig } from '../configured.ts'
import type { Context } from '../context.ts'
import { renderWarning } from '../render/error.ts'
import { renderSchedules } from '../render/schedule.ts'
import type { ScheduledCommand } from '../schedulers/command.ts'
import { renderCrontab } from '../schedulers/crontab.ts'
import { renderKubernetes } from '../schedulers/kubernetes.ts'
import { renderSystemd } from '../schedulers/systemd.ts'
import { usageError } from '../usage.ts'

export interface ScheduleOptions {
  count: number
  crontab?: true | undefined
  systemd?: true | undefined
  kubernetes?: true | undefined
  config?: string | undefined
}

/** When one job does something next. */
export interface NextRuns extends JobSchedule {
  job: string
  next: Date[]
}

export async function schedule(
  jobName: string | undefined,
  options: ScheduleOptions,
  context: Context,
): Promise<void> {
  const { stdout, screen, json, now, directory } = context
  const config = await requireConfig(options.config, context)
  const jobs = jobName === undefined ? config.jobs : [findJob(config, jobName)]
  const runs = jobs.flatMap(({ name, schedule: written }) =>
    written === undefined
      ? []
      : jobSchedules(name, written).map((one) => ({
          job: name,
          ...one,
          next: nextOf(one, now(), options.count),
        })),
  )
  const unscheduled = jobs.filter(({ schedule: written }) => written === undefined)
  if (options.crontab ?? options.systemd ?? options.kubernetes ?? false) {
    if (runs.length === 0) {
      throw usageError('no job has a schedule', "Give one a schedule, such as schedule: '0 3 * * 0'.")
    }
    const commands = runs.map((one) => commandOf(one, configPath(config, options, directory)))
    const { text, warnings } =
      options.crontab === true
        ? renderCrontab(commands)
        : options.systemd === true
          ? renderSystemd(commands)
          : renderKubernetes(commands)
    stdout.write(text)
    const blackouts = jobs.filter(({ schedule: written }) => (written?.blackouts.length ?? 0) > 0)
    for (const { name } of blackouts)
      warnings.push(`${name}: its blackouts are not in there; only holdfast-cron knows them`)
    for (const warning of warnings) screen.say(renderWarning(warning, screen.look()))
    return
  }
  if (json) {
    const listed = runs.map(({ job, kind, schedule: { expression, offsetMs }, next }) => ({
      job,
      task: kind,
      expression: expression.text,
      words: inWords(expression),
      timeZone: expression.timeZone,
      offsetMs,
      next: next.map((moment) => moment.toISOString()),
    }))
    stdout.write(`${JSON.stringify(listed, undefined, 2)}\n`)
    return
  }
  if (runs.length > 0) stdout.write(`${renderSchedules(runs, stdout.look)}\n`)
  if (unscheduled.length > 0) {
    const names = unscheduled.map(({ name }) => name).join(', ')
    screen.say(`${runs.length > 0 ? '\n' : ''}Without a schedule: ${names}`)
  }
}

function nextOf({ schedule: made }: JobSchedule, from: Date, count: number): Date[] {
  const next: Date[] = []
  for (let at = made.after(from); at !== undefined && next.length < count; at = made.after(at)) next.push(at)
  return next
}

function configPath(config: Config, { config: given }: ScheduleOptions, directory: string): string {
  return given === undefined ? config.origin.file : resolve(directory, given)
}

const words = {
  backup: (job: string) => ['backup', job, '--quiet'],
  verify: (job: string) => ['verify', `${job}@latest`, '--quiet'],
  prune: (job: string) => ['prune', job, '--quiet'],
  check: (job: string) => ['check', job, '--quiet'],
}

function commandOf({ job, kind, schedule: made }: NextRuns, file: string): ScheduledCommand {
  return { job, kind, schedule: made, arguments: [...words[kind](job), '--config', file] }
}
