import { HoldfastError, isHoldfastError, type SourceFacts, type StorageStatus } from '@holdfast/plugin'
import { listBackups, type Backup } from './backups.ts'
import { openRecipients, type Sealer } from './encryption/recipients.ts'
import { isWholeHistory, likenessOf, type Likeness } from './history.ts'
import type { Job, JobStorage } from './job.ts'
import type { Recorder } from './recorder.ts'
import { openSigner } from './signing/open.ts'
import type { Signer } from './signing/signature.ts'
import type { StoredBackup } from './stored-backup.ts'

/** How far two clocks may be apart before nothing is deleted any more. */
const clockToleranceMs = 5 * 60_000

/** What the rest of the run builds on. */
export interface Ready {
  facts: SourceFacts
  /** Storages that can be used, the primary first. */
  storages: readonly [JobStorage, ...JobStorage[]]
  /** The newest of what the primary already holds of this job: as many as a new backup is measured against. */
  backups: Backup[]
  /** The stored size of the last backup like this one, in bytes. */
  estimatedBytes?: number
  /** Absent: what the run stores is not encrypted. */
  sealer?: Sealer
  /** Absent: the manifest is not signed. */
  signer?: Signer
  /** Why retention must not delete anything in this run. */
  freeze?: string
}

/** Finds what would make the run fail before any byte moves. A secondary storage that is not there is dropped. */
export async function preflight(job: Job, recorder: Recorder, signal: AbortSignal): Promise<Ready> {
  const [primary, ...others] = job.storages
  const request = { ...job.dump, job: job.name }
  const sealer = job.encryption && (await openRecipients(job.encryption))
  const signer = job.signing && (await openSigner(job.signing))
  const like = likenessOfJob(job)
  const [facts, { status: primaryStatus, backups }, othersStatus] = await Promise.all([
    job.source.preflight(request, signal),
    lookAt(primary, like, signal),
    Promise.allSettled(others.map((storage) => checkStorage(storage, signal))),
  ])
  recorder.tell({ type: 'source.found', facts })
  for (const warning of [...facts.warnings, ...(primaryStatus.warnings ?? [])]) recorder.warn(warning)

  const estimatedBytes = lastLike(like, backups)
  const usable = others.filter((storage, index) => {
    const result = othersStatus[index]
    if (result?.status === 'rejected') {
      recorder.dropStorage(storage, result.reason)
      return false
    }
    for (const warning of result?.value.warnings ?? []) recorder.warn(`${storage.name}: ${warning}`)
    return true
  })
  refuseTooSmall(primary, primaryStatus, estimatedBytes)
  const freeze = clockProblem(facts)
  if (freeze !== undefined) recorder.warn(freeze)
  return {
    facts,
    storages: [primary, ...usable],
    backups,
    ...(estimatedBytes !== undefined && { estimatedBytes }),
    ...(sealer !== undefined && { sealer }),
    ...(signer !== undefined && { signer }),
    ...(freeze !== undefined && { freeze }),
  }
}

/** How a storage is, and the newest of what it holds of a job. */
async function lookAt(
  storage: JobStorage,
  like: Likeness,
  signal: AbortSignal,
): Promise<{ status: StorageStatus; backups: Backup[] }> {
  const status = await checkStorage(storage, signal)
  const isEnough = (newest: readonly StoredBackup[]): boolean => isWholeHistory(newest, like)
  return { status, backups: await listBackups([storage], like.job, signal, { isEnough }) }
}

async function checkStorage(storage: JobStorage, signal: AbortSignal): Promise<StorageStatus> {
  try {
    return await storage.instance.check(signal)
  } catch (error) {
    throw isHoldfastError(error) ? error.within({ stage: 'preflight', plugin: storage.name }) : error
  }
}

function likenessOfJob({ name, dump }: Job): Likeness {
  const { include, exclude } = dump.tables
  return { job: name, kind: dump.kind, selection: { include: [...include], exclude: [...exclude] } }
}

function lastLike(like: Likeness, backups: readonly Backup[]): number | undefined {
  const wanted = likenessOf(like)
  const last = backups.find(({ manifest }) => manifest !== undefined && likenessOf(manifest) === wanted)
  return last?.manifest?.objects.reduce((sum, object) => sum + object.bytes, 0)
}

function refuseTooSmall(
  storage: JobStorage,
  status: StorageStatus,
  estimatedBytes: number | undefined,
): void {
  if (estimatedBytes === undefined || status.freeBytes === undefined || status.freeBytes >= estimatedBytes)
    return
  throw new HoldfastError(
    'STORAGE_FULL',
    `${storage.instance.location('')} has ${status.freeBytes} bytes left and the last backup took ${estimatedBytes}`,
    {
      hint: 'Free some space, or keep fewer backups: holdfast prune --plan.',
      stage: 'preflight',
      plugin: storage.name,
    },
  )
}

function clockProblem({ clockSkewMs }: SourceFacts): string | undefined {
  if (Math.abs(clockSkewMs) <= clockToleranceMs) return undefined
  const minutes = Math.round(Math.abs(clockSkewMs) / 60_000)
  return `this machine's clock is ${minutes} minutes ${clockSkewMs > 0 ? 'behind' : 'ahead of'} the database server's, so retention deletes nothing`
}
