import { resolve } from 'node:path'
import type { Config, Job } from '@holdfast/core'
import type { Metrics } from '@holdfast/metrics'
import type { Context } from './context.ts'
import { usageError } from './usage.ts'

/** A file that node_exporter's textfile collector reads. */
export interface MetricsFile {
  /**
   * Writes what the storages know of a job, and what has just happened to it. Never rejects: a backup is not worse
   * because nobody could be told of it in this way.
   *
   * @param config where there is one, what it no longer has is left out of the file
   */
  record(job: Job, config: Config | undefined, happened: (metrics: Metrics) => void): Promise<void>
}

/** Refuses a path that nothing can be written to before anything else is done; undefined where none is given. */
export async function openMetricsFile(
  { metricsFile }: { metricsFile?: string | undefined },
  context: Context,
): Promise<MetricsFile | undefined> {
  if (metricsFile === undefined) return undefined
  // Most commands write none, and what it takes is much to load.
  const { metricsFileAt, textfileProblem } = await import('./metrics-file-at.ts')
  const path = resolve(context.directory, metricsFile)
  const problem = await textfileProblem(path)
  if (problem !== undefined) {
    throw usageError(
      `--metrics-file ${metricsFile} can not be used: ${problem}`,
      'Name a file in the directory that node_exporter was given with --collector.textfile.directory.',
    )
  }
  return metricsFileAt(path, context)
}
