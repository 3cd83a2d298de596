import type { DataObject, Manifest, Snapshot } from '@holdfast/plugin'
import type { Claim } from './claim.ts'
import type { StorageWord } from './copy-facts.ts'
import { guessStoredBytes } from './estimate.ts'
import type { Job, JobStorage } from './job.ts'
import { dumpKey, globalsKey } from './keys.ts'
import type { Ready } from './preflight.ts'
import type { Recorder } from './recorder.ts'
import { storeEverywhere } from './store.ts'
import { together } from './together.ts'

/** The smallest step in bytes after which progress is told again. */
const progressStepBytes = 4 << 20

/** What the streaming stages leave behind: data in every storage that kept up, and no manifest yet. */
export interface Dumped {
  storages: JobStorage[]
  /** What each storage said of each object. */
  words: StorageWord[]
  objects: DataObject[]
  tables: Manifest['tables']
  /** Of the encrypted objects; they are kept in memory until the run has read back what it stored, and nowhere else. */
  fileKeys: Uint8Array[]
}

/**
 * Dumps, compresses and stores in one pass, while the rows are counted in the same snapshot and the globals, where they
 * are asked for, are stored beside it.
 */
export async function dumpAndStore(
  job: Job,
  ready: Ready,
  snapshot: Snapshot,
  { base }: Claim,
  recorder: Recorder,
  signal: AbortSignal,
): Promise<Dumped> {
  const { compression } = job
  const { sealer, storages } = ready
  const names = { compression, encryption: sealer?.encryption }
  const estimatedBytes =
    ready.estimatedBytes ?? guessStoredBytes(snapshot.tables, { kind: job.dump.kind, compression })
  let progress: { fraction?: number; detail?: string } = {}
  let toldBytes = 0

  // One after the other: for a passphrase each takes hundreds of megabytes for a moment.
  const dumpHeader = await sealer?.createHeader()
  const globalsHeader = job.dump.globals ? await sealer?.createHeader() : undefined
  const storeDump = async (signal: AbortSignal) => {
    const source = snapshot.dump(({ fraction, table }) => {
      progress = { fraction, ...(table !== undefined && { detail: table }) }
    }, signal)
    const stored = await storeEverywhere(source, dumpKey(base, job.dump.format, names), {
      storages,
      compression,
      header: dumpHeader,
      ...(estimatedBytes !== undefined && { estimatedBytes }),
      onBytes: (bytes) => {
        if (bytes.rawBytes - toldBytes < progressStepBytes) return
        toldBytes = bytes.rawBytes
        recorder.tell({ type: 'progress', progress: { stage: 'dump', ...progress, ...bytes } })
      },
      signal,
    })
    const { rawBytes, bytes: storedBytes } = stored
    recorder.tell({ type: 'progress', progress: { stage: 'dump', fraction: 1, rawBytes, storedBytes } })
    return stored
  }
  const storeGlobals = async (signal: AbortSignal) => {
    const roles = snapshot.globals(signal)
    if (roles === undefined) return undefined
    const header = globalsHeader
    return storeEverywhere(roles, globalsKey(base, names), { storages, compression, header, signal })
  }
  const [dump, globals, tables] = await together(signal, storeDump, storeGlobals, (signal) =>
    snapshot.count(signal),
  )
  await snapshot.release()

  const stored = globals === undefined ? [dump] : [dump, globals]
  const failed = new Map(
    stored
      .toReversed()
      .flatMap((one) => one.failed)
      .map(({ storage, error }) => [storage, error]),
  )
  for (const [storage, error] of failed) recorder.dropStorage(storage, error)
  const words = stored.flatMap((one) => one.words)
  for (const { storage, said } of words) {
    for (const warning of said.warnings ?? []) recorder.warn(`${storage.name}: ${warning}`)
  }
  return {
    storages: storages.filter((storage) => !failed.has(storage)),
    words,
    objects: [dataObject('dump', dump), ...(globals === undefined ? [] : [dataObject('globals', globals)])],
    tables,
    fileKeys: [dumpHeader, globalsHeader].flatMap((header) => header?.fileKey ?? []),
  }
}

function dataObject(
  role: DataObject['role'],
  { key, bytes, rawBytes, sha256 }: Omit<DataObject, 'role'>,
): DataObject {
  return { role, key, bytes, sha256, rawBytes }
}
