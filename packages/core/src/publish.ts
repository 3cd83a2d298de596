import { createHash, randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import type { BackupObject, Compression, DataObject, Encryption, Manifest, Snapshot } from '@holdfast/plugin'
import type { Claim } from './claim.ts'
import { copyFacts } from './copy-facts.ts'
import type { Dumped } from './dump.ts'
import type { Job, JobStorage } from './job.ts'
import { sidecarKey } from './keys.ts'
import type { Ready } from './preflight.ts'
import { putBytes, writeManifest } from './records.ts'
import type { Recorder } from './recorder.ts'
import { holdfastVersion } from './version.ts'

/** A backup that exists: its manifest is in the primary storage at least. */
export interface Published {
  base: string
  id: string
  manifest: Manifest
  /** Every object, with the manifest itself. */
  objects: BackupObject[]
  manifestSha256: string
  storages: JobStorage[]
  /** See Dumped. */
  fileKeys: readonly Uint8Array[]
}

/** Writes the sidecar, the signature and then the manifest, in every storage that has the data; the manifest last and create-only (law 1). */
export async function publish(
  job: Job,
  ready: Ready,
  snapshot: Snapshot,
  claim: Claim,
  dumped: Dumped,
  run: {
    startedAt: Date
    finishedAt: Date
    label?: string | undefined
    recorder: Recorder
    signal: AbortSignal
  },
): Promise<Published> {
  const sidecar = sidecarOf(dumped.objects)
  const rows = dumped.tables.every((table) => table.rows !== undefined)
    ? dumped.tables.reduce((sum, table) => sum + (table.rows ?? 0), 0)
    : undefined
  const [dump] = dumped.objects
  const manifest: Manifest = {
    schemaVersion: 1,
    id: randomBytes(6).toString('hex'),
    name: claim.name,
    job: job.name,
    kind: job.dump.kind,
    selection: { include: [...job.dump.tables.include], exclude: [...job.dump.tables.exclude] },
    format: job.dump.format,
    ...(run.label !== undefined && { label: run.label }),
    // Free text: a variable that was put in may have been a secret.
    labels: job.redactor.value(job.labels),
    startedAt: run.startedAt.toISOString(),
    finishedAt: run.finishedAt.toISOString(),
    holdfast: { version: holdfastVersion },
    database: ready.facts.database,
    client: ready.facts.client,
    arguments: [...snapshot.arguments],
    compression: job.compression,
    ...(ready.sealer !== undefined && { encryption: ready.sealer.encryption }),
    objects: [...dumped.objects, sidecar.object],
    rawBytes: dump?.rawBytes ?? 0,
    tables: dumped.tables,
    ...(rows !== undefined && { rows }),
    largeObjects: snapshot.largeObjects,
    omissions: [...snapshot.omissions],
    warnings: job.redactor.value(run.recorder.report.warnings),
    copies: copyFacts(dumped.storages, dumped.words),
    restoreByHand: restoreByHand(basename(dump?.key ?? ''), job, ready.sealer?.encryption),
  }
  const [primary] = dumped.storages
  const storages: JobStorage[] = []
  let written: BackupObject[] = []
  for (const storage of dumped.storages) {
    try {
      await putBytes(storage.instance, sidecar.object.key, sidecar.bytes, {
        signal: run.signal,
        ifAbsent: true,
      })
      written = await writeManifest(storage.instance, claim.base, manifest, {
        signer: ready.signer,
        signal: run.signal,
      })
      storages.push(storage)
    } catch (error) {
      if (storage === primary || run.signal.aborted) throw error
      run.recorder.dropStorage(storage, error)
    }
  }
  return {
    id: manifest.id,
    base: claim.base,
    manifest,
    objects: [...manifest.objects, ...written],
    manifestSha256: written.at(-1)?.sha256 ?? '',
    storages,
    fileKeys: dumped.fileKeys,
  }
}

/** What `sha256sum -c` expects: a line for each data object, by its name in the directory. */
function sidecarOf(objects: readonly DataObject[]): { object: BackupObject; bytes: Buffer } {
  const bytes = Buffer.from(objects.map(({ key, sha256 }) => `${sha256}  ${basename(key)}\n`).join(''))
  const [dump] = objects
  return {
    bytes,
    object: {
      role: 'sidecar',
      key: sidecarKey(dump?.key ?? ''),
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  }
}

const reader: Record<Compression['algorithm'], string> = { zstd: 'zstd -dc', gzip: 'gzip -dc', none: 'cat' }

/** The command that restores with standard tools alone, from the directory of the dump (law 4). */
function restoreByHand(
  dump: string,
  { dump: { format }, compression }: Job,
  encryption: Encryption | undefined,
): string {
  const restore =
    format === 'custom'
      ? 'pg_restore --no-owner --no-privileges --exit-on-error --dbname="$TARGET_DATABASE_URL"'
      : 'psql -X -v ON_ERROR_STOP=1 "$TARGET_DATABASE_URL"'
  if (encryption === undefined) return `${reader[compression.algorithm]} ${dump} | ${restore}`
  const unpack = compression.algorithm === 'none' ? '' : ` | ${reader[compression.algorithm]}`
  const identity = encryption.recipients.includes('passphrase') ? '' : ' -i "$IDENTITY_FILE"'
  return `age -d${identity} ${dump}${unpack} | ${restore}`
}
