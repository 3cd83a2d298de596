import type { Job, JobStorage } from '@holdfast/core'
import { isHoldfastError } from '@holdfast/plugin'
import { runStorageChecks, storageCases, type StorageCheck } from '@holdfast/testkit'
import { failed, passed, skipped, warned, type DoctorCheck } from './check.ts'

/** The least that S3 takes for a part, so that also what is done in parts is tried. */
const partBytes = 5 << 20

/** The widest name of a check, in columns. */
export const widestName = Math.max(...storageCases.map(({ name }) => name.length))

/**
 * Holds a storage in use to every promise of the contract, below a scratch prefix that is removed again.
 *
 * @param onProgress is told which part of the checks is done, from 0 to 1
 */
export async function* checkPromises(
  job: Job,
  storage: JobStorage,
  prefix: string,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): AsyncGenerator<DoctorCheck> {
  let done = 0
  onProgress(0)
  for await (const check of runStorageChecks(storage.instance, {
    signal,
    prefix,
    capabilities: { partBytes },
  })) {
    yield describe(check, job)
    onProgress(Math.min(1, ++done / storageCases.length))
  }
}

function describe({ name, status, detail, error }: StorageCheck, { redactor }: Job): DoctorCheck {
  const what = redactor.text(detail)
  if (status === 'passed') return passed(name, what)
  if (status === 'skipped') return skipped(name, what)
  if (status === 'warning') return warned(name, what)
  // What the storage itself says comes with what to do about it.
  const said = isHoldfastError(error) ? failed(name, error, redactor) : broken(name)
  return { ...said, detail: what }
}

function broken(name: string): DoctorCheck {
  return {
    name,
    status: 'failed',
    detail: '',
    code: 'STORAGE_PROMISE_BROKEN',
    fix: 'Do not keep backups there until this is mended.',
  }
}
