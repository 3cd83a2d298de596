import { run, type Config, type Job } from '@holdfast/core'
import { exitCodeOf, type Report } from '@holdfast/plugin'
import { databaseConfig, defaultPlace, readFoundConfig } from '../configured.ts'
import type { Context } from '../context.ts'
import { withDumpOptions, type DumpOptions } from '../dump-options.ts'
import { worstExitCode } from '../exit-codes.ts'
import { openMetricsFile } from '../metrics-file.ts'
import { nextRunOf } from '../next-run.ts'
import { openJob } from '../places.ts'
import { createRunView } from '../render/run-view.ts'
import { renderSummary, renderTotals } from '../render/summary.ts'
import { shellQuote } from '../shell-quote.ts'
import { usageError, warnOfPassword } from '../usage.ts'

export interface BackupOptions extends DumpOptions {
  database?: string | undefined
  to?: string | undefined
  label?: string | undefined
  recipient?: string[] | undefined
  dryRun?: true | undefined
  requireNotifications?: true | undefined
  metricsFile?: string | undefined
  config?: string | undefined
}

/** Runs each job, one after the other; the exit code is that of the one that went worst. */
export async function backup(jobNames: string[], options: BackupOptions, context: Context): Promise<number> {
  const { screen, signal, now } = context
  warnOfPassword(options.database, 'DATABASE_URL or ~/.pgpass', context)
  const { jobs, restoreFlags, config } = await jobsToRun(jobNames, options, context)
  const metricsFile = options.dryRun ? undefined : await openMetricsFile(options, context)
  const reports: Report[] = []
  for (const job of jobs) {
    if (reports.length > 0 && !context.quiet) screen.say('')
    const report = await run(
      { ...job, dump: withDumpOptions(job.dump, options) },
      {
        signal,
        now,
        dryRun: options.dryRun === true,
        restoreFlags,
        ...nextRunOf(job.name, config, now()),
        ...(options.label !== undefined && { label: options.label }),
        ...(!context.quiet && { onEvent: createRunView(screen) }),
      },
    )
    screen.rest()
    reports.push(report)
    tell(report, context)
    await metricsFile?.record(job, config, (metrics) => metrics.runFinished(report))
  }
  if (reports.length > 1 && !context.quiet && !context.json)
    screen.say(`\n${renderTotals(reports, screen.look())}`)
  return worstExitCode(reports.map((report) => exitCodeFor(report, options)))
}

async function jobsToRun(
  names: string[],
  options: BackupOptions,
  context: Context,
): Promise<{ jobs: Job[]; restoreFlags: string; config?: Config }> {
  const onCommandLine = options.database !== undefined || options.to !== undefined
  if (onCommandLine && options.config !== undefined) {
    const given = options.to === undefined ? '--database' : '--to'
    throw usageError(
      `${given} and --config contradict each other`,
      'With --database or --to no configuration is read.',
    )
  }
  const config = onCommandLine ? undefined : await readFoundConfig(options.config, context)
  if (config !== undefined) {
    if (options.recipient !== undefined) {
      throw usageError(
        'whom to encrypt to is said by the configuration',
        `Put --recipient into jobs.*.encryption.recipients of ${config.origin.file}, or add --to to use no configuration.`,
      )
    }
    const wanted = names.length > 0 ? [...new Set(names)] : config.jobs.map(({ name }) => name)
    return {
      config,
      jobs: await Promise.all(wanted.map((name) => openJob(config, name, context))),
      restoreFlags: options.config === undefined ? '' : `--config ${shellQuote(options.config)}`,
    }
  }
  if (names.length > 0) {
    throw usageError(
      `${names.join(', ')} can only name a job of a configuration, and none is used here`,
      onCommandLine
        ? 'Leave the name out, or --database and --to.'
        : 'Leave the name out, or run holdfast init.',
    )
  }
  const implicit = databaseConfig(options, context)
  return {
    jobs: await Promise.all(implicit.jobs.map(({ name }) => openJob(implicit, name, context))),
    restoreFlags: `--from ${shellQuote(options.to ?? defaultPlace)}`,
  }
}

function tell(report: Report, { json, quiet, stdout, screen }: Context): void {
  if (json) stdout.write(`${JSON.stringify(report)}\n`)
  const wentWell = report.status === 'succeeded' && report.warnings.length === 0
  if (quiet ? wentWell : json && wentWell) return
  screen.say(`${quiet ? '' : '\n'}${renderSummary(report, screen.look(), { brief: quiet || json })}`)
}

/** The exit code that a run ends with; what could not be told counts only where it is required. */
export function exitCodeFor(
  report: Report,
  { requireNotifications }: Pick<BackupOptions, 'requireNotifications'> = {},
): number {
  const isUntold = report.notifications.some(({ status }) => status === 'failed')
  if (report.status === 'succeeded' && requireNotifications === true && isUntold)
    return exitCodeOf('RUN_PARTIAL')
  if (report.error !== undefined) return exitCodeOf(report.error.code)
  return { succeeded: 0, partial: exitCodeOf('RUN_PARTIAL'), suspect: 5, failed: 1, cancelled: 143 }[
    report.status
  ]
}
