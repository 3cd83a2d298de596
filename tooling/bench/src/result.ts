import type { Listing } from './listing.ts'
import type { Rounds } from './rounds.ts'
import type { S3Rounds } from './s3-rounds.ts'
import { inMegabytes, inSeconds, median, type Row } from './table.ts'

/** What Holdfast promises about its speed and memory. */
const limits = {
  backup: 1.4,
  timesFasterThanProcedure: 4,
  encrypted: 1.5,
  restore: 1.3,
  memoryBytes: 250e6,
  memoryGrowth: 0.1,
  timesOfUpload: 1.3,
  listMs: 3000,
}

export interface Results {
  timed: { bytes: number; rounds: Rounds }
  /** Peak bytes of memory by the size of the database in gigabytes, smallest first. */
  memory: ReadonlyMap<number, number>
  /** Absent where there was no S3 server to measure with. */
  s3?: { bytes: number; rounds: S3Rounds; listing: Listing } | undefined
}

export function rowsOf({ timed, memory, s3 }: Results): Row[] {
  const { rounds } = timed
  const at = inMegabytes(timed.bytes)
  const sizes = [median(rounds.verifiedBackupBytes), median(rounds.procedureBytes)] as const
  return [
    timesRow(
      `backup of ${at}, unverified`,
      rounds.backupMs,
      'pg_dump -Fc -Z0 > /dev/null',
      rounds.rawDumpMs,
      limits.backup,
    ),
    fasterRow(
      `backup of ${at}, verified`,
      rounds.verifiedBackupMs,
      'pg_dump -Fc -Z9, --list, sha256sum',
      rounds.procedureMs,
    ),
    {
      what: 'its size',
      holdfast: inMegabytes(sizes[0]),
      against: `the same, ${inMegabytes(sizes[1])}`,
      ratio: `${(sizes[0] / sizes[1]).toFixed(3)}x`,
      limit: 'smaller',
      isMet: sizes[0] < sizes[1],
    },
    timesRow(
      'backup, encrypted and verified',
      rounds.encryptedBackupMs,
      'the same, not encrypted',
      rounds.verifiedBackupMs,
      limits.encrypted,
    ),
    timesRow(
      'restore',
      rounds.restoreMs,
      'pg_restore -j2 of a raw file',
      rounds.rawRestoreMs,
      limits.restore,
    ),
    ...memoryRows(memory),
    ...(s3 === undefined ? [] : s3Rows(s3)),
  ]
}

function s3Rows({ bytes, rounds, listing }: NonNullable<Results['s3']>): Row[] {
  const at = inMegabytes(bytes)
  const procedure = `pg_dump -Fc -Z9, --list, sha256sum, upload with ${rounds.uploader}`
  return [
    ...beyondDumpRows(`backup of ${at} to S3, unverified`, rounds),
    fasterRow(`backup of ${at} to S3, verified`, rounds.verifiedBackupMs, procedure, rounds.procedureMs),
    {
      what: `list of ${listing.backups} backups in S3`,
      holdfast: inSeconds(median(listing.listMs)),
      against: `peak memory ${inMegabytes(listing.peakBytes)}`,
      ratio: '',
      limit: `at most ${inSeconds(limits.listMs)}, ${inMegabytes(limits.memoryBytes)}`,
      isMet: median(listing.listMs) <= limits.listMs && listing.peakBytes <= limits.memoryBytes,
    },
  ]
}

/** How much longer than a dump a backup takes, in times of what sending the finished file takes. */
function beyondDumpRows(what: string, rounds: S3Rounds): Row[] {
  const [backup, upload] = [median(rounds.backupMs), median(rounds.uploadMs)]
  const row = (what: string, against: string, dumpMs: readonly number[]): Row => {
    const dump = median(dumpMs)
    const ratio = (backup - dump) / upload
    return {
      what,
      holdfast: inSeconds(backup),
      against: `${against}, ${inSeconds(dump)}; upload of the file, ${inSeconds(upload)}`,
      ratio: `${ratio.toFixed(2)}x beyond the dump`,
      limit: `at most ${limits.timesOfUpload}x`,
      isMet: ratio <= limits.timesOfUpload,
    }
  }
  return [
    row(what, 'pg_dump -Fc -Z0', rounds.rawDumpMs),
    row('the same, with a dump that compresses', 'pg_dump -Fc -Z0 | zstd -1', rounds.compressedDumpMs),
  ]
}

function timesRow(what: string, ourMs: number[], against: string, theirMs: number[], limit: number): Row {
  const [ours, theirs] = [median(ourMs), median(theirMs)]
  return {
    what,
    holdfast: inSeconds(ours),
    against: `${against}, ${inSeconds(theirs)}`,
    ratio: `${(ours / theirs).toFixed(2)}x`,
    limit: `at most ${limit}x`,
    isMet: ours / theirs <= limit,
  }
}

function fasterRow(what: string, ourMs: number[], against: string, theirMs: number[]): Row {
  const [ours, theirs] = [median(ourMs), median(theirMs)]
  return {
    what,
    holdfast: inSeconds(ours),
    against: `${against}, ${inSeconds(theirs)}`,
    ratio: `${(theirs / ours).toFixed(2)}x faster`,
    limit: `at least ${limits.timesFasterThanProcedure}x faster`,
    isMet: theirs / ours >= limits.timesFasterThanProcedure,
  }
}

function memoryRows(memory: ReadonlyMap<number, number>): Row[] {
  const [smallest] = memory.values()
  return [...memory].map(([gigabytes, bytes], index): Row => {
    const isFirst = index === 0 || smallest === undefined
    const ratio = isFirst ? 1 : bytes / smallest
    return {
      what: `peak memory, ${gigabytes} GB`,
      holdfast: inMegabytes(bytes),
      against: isFirst ? '' : 'the smallest database',
      ratio: isFirst ? '' : `${ratio.toFixed(2)}x`,
      limit: `at most ${inMegabytes(limits.memoryBytes)}${isFirst ? '' : ', within 10%'}`,
      isMet: bytes <= limits.memoryBytes && Math.abs(ratio - 1) <= limits.memoryGrowth,
    }
  })
}
