import { deadline, type Job, type JobNotifier } from '@holdfast/core'
import { HoldfastError } from '@holdfast/plugin'
import { failed, passed, type DoctorCheck } from './check.ts'

/** Asks the service whether it would take a message, where the notifier can ask that; sends nothing. */
export async function checkNotifier(
  job: Job,
  { name, instance, timeoutMs }: JobNotifier,
  signal: AbortSignal,
): Promise<DoctorCheck> {
  const what = `notifier ${name}`
  if (instance.check === undefined) {
    return passed(what, 'its options are valid; holdfast notify test sends a message')
  }
  const until = deadline(timeoutMs, signal)
  try {
    const answer = await until.race(async () => (await instance.check?.(until.signal)) ?? '')
    return passed(what, job.redactor.text(answer))
  } catch (error) {
    if (signal.aborted) throw signal.reason
    return failed(what, until.signal.aborted ? noAnswer(timeoutMs) : error, job.redactor)
  } finally {
    until.clear()
  }
}

function noAnswer(timeoutMs: number): HoldfastError {
  return new HoldfastError('NOTIFY_TIMEOUT', `no answer within ${timeoutMs / 1000} seconds`, {
    hint: 'Look whether the service can be reached from this machine.',
  })
}
