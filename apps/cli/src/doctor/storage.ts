import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Job, JobStorage } from '@holdfast/core'
import {
  hasCode,
  HoldfastError,
  type Checksum,
  type CreateOnly,
  type SourceFacts,
  type StoredObject,
} from '@holdfast/plugin'
import { formatBytes, formatDuration } from '../render/units.ts'
import { failed, passed, warned, type DoctorCheck } from './check.ts'
import { clockToleranceMs } from './database.ts'

/** How long removing what was written may take when everything else has ended, in milliseconds. */
const removeMs = 5000

/** Writes, reads, lists and deletes a small object for real, and looks at the room that is left. */
export async function checkStorage(
  job: Job,
  storage: JobStorage,
  facts: SourceFacts | undefined,
  now: Date,
  signal: AbortSignal,
): Promise<DoctorCheck[]> {
  const name = `storage ${storage.name}`
  try {
    const { freeBytes, warnings = [] } = await storage.instance.check(signal)
    const { modifiedAt, createOnly, checksum, isRefused } = await useForReal(storage, job.name, signal)
    const place = storage.instance.location('')
    const room = freeBytes === undefined ? '' : `, ${formatBytes(freeBytes)} free`
    return [
      passed(name, `wrote, read, listed and deleted in ${place}${room}`),
      checkCreateOnly(name, isRefused ? (createOnly ?? 'untold') : 'ignored'),
      passed(name, checksumWord(checksum)),
      ...warnings.map((warning) => warned(name, job.redactor.text(warning))),
      ...checkRoom(name, freeBytes, facts),
      ...checkClock(name, modifiedAt, now),
    ]
  } catch (error) {
    if (signal.aborted) throw signal.reason
    return [failed(name, error, job.redactor)]
  }
}

/** What the storage said of the object, and whether it refused to create it once more. */
type Used = StoredObject & { isRefused: boolean }

async function useForReal({ instance }: JobStorage, jobName: string, signal: AbortSignal): Promise<Used> {
  // No name of a backup begins like this, so that nothing takes it for one.
  const key = `${jobName}/.doctor-${randomBytes(8).toString('hex')}`
  const bytes = randomBytes(1024)
  try {
    const create = (): Promise<StoredObject> =>
      instance.put(key, Readable.from([bytes], { objectMode: false }), {
        signal,
        ifAbsent: true,
        bytes: bytes.length,
      })
    const stored = await create()
    const isRefused = await create().then(
      () => false,
      (error: unknown) => {
        if (!hasCode(error, 'STORAGE_EXISTS')) throw error
        return true
      },
    )
    const read = await buffer(await instance.get(key, { signal }))
    if (!read.equals(bytes)) throw broken('gives back other bytes than were written', instance.location(key))
    if (!(await isListed(instance, key, signal)))
      throw broken('does not list what was written', instance.location(key))
    await instance.remove(key, signal)
    if ((await instance.stat(key, signal)) !== undefined) {
      throw broken('still has what was deleted', instance.location(key))
    }
    return { ...stored, isRefused }
  } finally {
    await instance.remove(key, AbortSignal.timeout(removeMs)).catch(() => {})
  }
}

async function isListed(storage: JobStorage['instance'], key: string, signal: AbortSignal): Promise<boolean> {
  for await (const object of storage.list(key, signal)) if (object.key === key) return true
  return false
}

function broken(what: string, location: string): HoldfastError {
  return new HoldfastError('STORAGE_FAILED', `the storage ${what}: ${location}`, {
    hint: 'Do not keep backups there until this is mended.',
  })
}

const raceFix =
  'The lock of the job keeps its runs apart. Give jobs of several databases names of their own there, or use a storage that can.'

function checkCreateOnly(name: string, worth: CreateOnly | 'ignored' | 'untold'): DoctorCheck {
  switch (worth) {
    case 'atomic':
      return passed(name, 'create-only writes are atomic: a backup never replaces another one')
    case 'checked':
      return warned(
        name,
        'create-only writes are only checked: two at the same moment could both succeed',
        raceFix,
      )
    case 'ignored':
      return warned(name, 'create-only writes are not honoured: what is there is replaced', raceFix)
    case 'untold':
      return warned(name, 'refuses a second create-only write, but does not say whether that holds in a race')
  }
}

function checksumWord(checksum: Checksum | undefined): string {
  return checksum === undefined
    ? 'gives no checksum of its own: verifying reads every byte'
    : `computes ${checksum.algorithm} itself: verifying may trust it (read: attested)`
}

function checkRoom(
  name: string,
  freeBytes: number | undefined,
  facts: SourceFacts | undefined,
): DoctorCheck[] {
  if (freeBytes === undefined || facts === undefined || freeBytes >= facts.database.bytes) return []
  const detail = `${formatBytes(freeBytes)} are free, and the database has ${formatBytes(facts.database.bytes)}`
  return [warned(name, detail, 'A compressed dump is smaller, but how much is not certain: free some space.')]
}

function checkClock(name: string, modifiedAt: Date, now: Date): DoctorCheck[] {
  const apartMs = Math.abs(modifiedAt.getTime() - now.getTime())
  if (apartMs <= clockToleranceMs) return []
  const detail = `its clock and this machine's are ${formatDuration(apartMs)} apart`
  return [warned(name, detail, 'Set the clock of one of them, or run NTP on both.')]
}
