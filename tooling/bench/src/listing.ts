import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3'
import { backupsLike, type StoredText } from '@holdfast/lab'
import { type Bucket, emptyBucket, fillBucket } from './bucket.ts'
import { measure } from './commands.ts'
import { backupToS3, type S3Bench } from './s3-rounds.ts'

/** What `holdfast list` of a full bucket takes. */
export interface Listing {
  backups: number
  /** Once for each round. */
  listMs: number[]
  peakBytes: number
}

/** Fills the bucket with as many backups as are given and lists them. */
export async function measureListing(
  bench: S3Bench,
  { backups, rounds }: { backups: number; rounds: number },
  say: (text: string) => void,
): Promise<Listing> {
  const { directory, holdfast, bucket, signal } = bench
  await backupToS3(bench, {})
  const manifest = await readWhere(bucket, (key) => key.endsWith('.manifest.json'))
  const verdict = await readWhere(bucket, (key) => key.includes('.verdict-'))
  await fillBucket(bucket, backupsLike({ manifest, verdict }, backups - 2))
  // The last run packs what is there for whoever lists it.
  await backupToS3(bench, {})
  say(`S3: ${backups} backups are there`)
  const list = [...holdfast, 'list', '--from', `s3://${bucket.name}`, '--json'] as const
  const run = async (memory: boolean): ReturnType<typeof measure> => {
    const measured = await measure(list, { directory, signal, memory, environment: bucket.environment })
    const found = (JSON.parse(measured.stdout) as { verification: string }[]).filter(
      ({ verification }) => verification === 'archive',
    )
    if (found.length !== backups) throw new Error(`list shows ${found.length} of ${backups} backups`)
    return measured
  }
  const listMs: number[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const { durationMs } = await run(false)
    say(`S3: list of ${backups} backups, ${(durationMs / 1000).toFixed(2)} s`)
    listMs.push(durationMs)
  }
  const { peakBytes } = await run(true)
  await emptyBucket(bucket)
  return { backups, listMs, peakBytes }
}

async function readWhere({ name, client }: Bucket, wanted: (key: string) => boolean): Promise<StoredText> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: name })) {
    const key = Contents.map(({ Key = '' }) => Key).find(wanted)
    if (key === undefined) continue
    const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key }))
    if (Body instanceof Readable) return { key, text: await text(Body) }
  }
  throw new Error('the backup left nothing of the kind')
}
