import { HoldfastError, type Verdict } from '@holdfast/plugin'
import { trustedHistory } from './history.ts'
import type { Job, JobStorage } from './job.ts'
import type { Ready } from './preflight.ts'
import type { Published } from './publish.ts'
import type { Recorder } from './recorder.ts'
import { writeVerdicts } from './records.ts'
import { unlockWithFileKeys } from './transform/age/unlock.ts'
import { verifyCopy } from './verify.ts'

/**
 * Verifies the new backup where it is stored: all verifiers on the primary's copy, and on every other copy those that
 * ask whether it is whole. A bad primary copy fails the run or makes it suspect; another bad copy makes it partial.
 */
export async function verifyRun(
  job: Job,
  ready: Ready,
  backup: Published,
  recorder: Recorder,
  { now, signal }: { now: () => Date; signal: AbortSignal },
): Promise<void> {
  const [primary, ...others] = backup.storages
  if (primary === undefined || job.verifiers.length === 0) return
  const { manifest, fileKeys } = backup
  const history = trustedHistory(ready.backups, manifest, new Date(manifest.startedAt))
  const ask = async (
    storage: JobStorage,
    verifiers: Job['verifiers'],
    known: readonly Verdict[],
  ): Promise<Verdict[]> => {
    const verdicts = await verifyCopy({ storage, manifest, history }, verifiers, {
      unlock: unlockWithFileKeys(fileKeys),
      onProgress: (progress) => recorder.tell({ type: 'progress', progress }),
      signal,
    })
    recorder.report.verdicts.push(...verdicts)
    for (const verdict of verdicts) recorder.tell({ type: 'verdict', verdict })
    await writeVerdicts(storage.instance, backup, [...known, ...verdicts], now(), signal)
    return verdicts
  }

  const verdicts = await ask(primary, job.verifiers, [])
  const shared = verdicts.filter((verdict) => verdict.proves === 'plausible')
  const wholeness = job.verifiers.filter(({ instance }) => instance.proves === 'archive')
  for (const storage of others) {
    try {
      const failed = (await ask(storage, wholeness, shared)).find((verdict) => verdict.status === 'failed')
      if (failed !== undefined) recorder.dropStorage(storage, verdictError(failed, manifest))
    } catch (error) {
      if (signal.aborted) throw error
      recorder.dropStorage(storage, error)
    }
  }
  const worst = verdicts.find(isDamage) ?? verdicts.find((verdict) => verdict.status === 'failed')
  if (worst !== undefined) throw verdictError(worst, manifest)
}

function isDamage({ status, proves }: Verdict): boolean {
  return status === 'failed' && proves !== 'plausible'
}

/** What a verdict that failed means, as an error. */
export function verdictError(verdict: Verdict, { id }: { id: string }): HoldfastError {
  const what = verdict.checks
    .filter((check) => check.status === 'failed')
    .map((check) => `${check.name}: ${check.detail}`)
  const details = { stage: 'verify', plugin: verdict.verifier } as const
  if (verdict.proves === 'plausible') {
    return new HoldfastError(
      'VERIFY_SUSPECT',
      `this backup does not look like the ones before it: ${what.join('; ')}`,
      {
        ...details,
        hint: `It is kept, and nothing older is deleted. If the change is expected: holdfast accept ${id}`,
      },
    )
  }
  return new HoldfastError('VERIFY_FAILED', `${verdict.storage}: ${what.join('; ')}`, {
    ...details,
    hint: 'Older backups are kept. Check the storage and take a new backup now.',
  })
}
