import { findJob, tellTest } from '@holdfast/core'
import { exitCodeOf, type ReportedNotification } from '@holdfast/plugin'
import type { Context } from '../context.ts'
import { worstExitCode } from '../exit-codes.ts'
import { nextRunOf } from '../next-run.ts'
import { openJob, placeFlags } from '../places.ts'
import { renderTests } from '../render/notify-test.ts'
import { requireConfig } from '../configured.ts'

/** What a notifier of a job answered to a test. */
export interface TestedNotifier extends ReportedNotification {
  job: string
}

export async function notifyTest(
  jobName: string | undefined,
  options: { config?: string | undefined },
  context: Context,
): Promise<number> {
  const { json, stdout, screen, signal, now } = context
  const config = await requireConfig(options.config, context)
  const names = jobName === undefined ? config.jobs.map(({ name }) => name) : [findJob(config, jobName).name]
  const tested: TestedNotifier[] = []
  for (const name of names) {
    const job = await openJob(config, name, context)
    screen.show({ title: 'notify', detail: name })
    const known = { flags: placeFlags(options), ...nextRunOf(name, config, now()) }
    const answers = await tellTest(job, { now: now(), signal, ...known })
    tested.push(...answers.map((answer) => ({ job: name, ...answer })))
  }
  screen.rest()
  signal.throwIfAborted()
  const codes = tested.flatMap(({ error }) => (error === undefined ? [] : [exitCodeOf(error.code)]))
  if (json) {
    const status = codes.length > 0 ? 'failed' : 'succeeded'
    const document = { schemaVersion: 1, command: 'notify', status, notifications: tested }
    stdout.write(`${JSON.stringify(document)}\n`)
  } else {
    stdout.write(`${renderTests(tested, stdout.look)}\n`)
  }
  return worstExitCode(codes)
}
