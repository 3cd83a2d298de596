import { glob, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { type Bucket, emptyBucket } from './bucket.ts'
import { measure, type Measured } from './commands.ts'
import { type Bench, compressedDump, dumpSteps, emptyDirectory, quote, rawDump } from './rounds.ts'

/** What each side took with S3, once for each round; the written procedure in the first only. */
export interface S3Rounds {
  /** `pg_dump -Fc -Z0 > /dev/null`, beside the others. */
  rawDumpMs: number[]
  /** `pg_dump -Fc -Z0 | zstd -1 > /dev/null`: what it takes to make the file that is sent. */
  compressedDumpMs: number[]
  /** `holdfast backup` to S3, without verifiers. */
  backupMs: number[]
  /** The same backup as a finished file, sent by the AWS SDK's own uploader. */
  uploadMs: number[]
  /** `holdfast backup` to S3 with everything that it does by default. */
  verifiedBackupMs: number[]
  /** The written procedure to its end: dump, `--list`, `sha256sum`, upload, compare. */
  procedureMs: number[]
  /** What the procedure uploads with. */
  uploader: 'aws' | 'the AWS SDK'
}

export interface S3Bench extends Bench {
  bucket: Bucket
}

const uploadScript = fileURLToPath(new URL('upload.ts', import.meta.url))

export async function runS3Rounds(
  bench: S3Bench,
  rounds: number,
  say: (text: string) => void,
): Promise<S3Rounds> {
  const { failed } = await execa('aws', ['--version'], { reject: false })
  const uploader = failed ? 'the AWS SDK' : 'aws'
  const result: S3Rounds = {
    rawDumpMs: [],
    compressedDumpMs: [],
    backupMs: [],
    uploadMs: [],
    verifiedBackupMs: [],
    procedureMs: [],
    uploader,
  }
  for (let round = 1; round <= rounds; round += 1) {
    const timed = async (what: string, work: () => Promise<Measured>): Promise<number> => {
      const { durationMs } = await work()
      say(`S3, round ${round} of ${rounds}: ${what}, ${(durationMs / 1000).toFixed(2)} s`)
      await emptyBucket(bench.bucket)
      await emptyDirectory(bench)
      return durationMs
    }
    result.rawDumpMs.push(await timed('pg_dump -Fc -Z0', () => rawDump(bench)))
    result.compressedDumpMs.push(await timed('pg_dump -Fc -Z0 | zstd -1', () => compressedDump(bench)))
    result.backupMs.push(
      await timed('holdfast backup, unverified', () => backupToS3(bench, { verifiers: [] })),
    )
    result.uploadMs.push(await timed('upload of a finished file', () => uploadFinished(bench)))
    result.verifiedBackupMs.push(await timed('holdfast backup', () => backupToS3(bench, {})))
    if (round > 1) continue
    result.procedureMs.push(await timed('the written procedure', () => writtenProcedure(bench, uploader)))
  }
  return result
}

/** Into the bucket; `more` is added to the job. */
export async function backupToS3(bench: S3Bench, more: object): Promise<Measured> {
  const { server, database, directory, holdfast, bucket, signal } = bench
  const storage = { use: 's3', options: { bucket: bucket.name } }
  const job = { database: server.url(database), storages: [storage], ...more }
  await writeFile(join(directory, 'holdfast.config.json'), JSON.stringify({ jobs: { bench: job } }))
  return measure([...holdfast, 'backup', '--json', '--quiet'], {
    directory,
    signal,
    environment: bucket.environment,
  })
}

/** Of what `holdfast backup` writes into a directory, so that both sides send the same bytes. */
async function uploadFinished(bench: S3Bench): Promise<Measured> {
  const { server, database, directory, holdfast, bucket, signal } = bench
  const command = [...holdfast, 'backup', '--database', server.url(database), '--to', 'backups', '--quiet']
  await measure(command as [string, ...string[]], { directory, signal })
  for await (const path of glob('backups/**/*.dump.zst', { cwd: directory })) {
    const file = join(directory, path)
    return measure([process.execPath, uploadScript, file, bucket.name, 'upload.dump'], {
      directory,
      signal,
      environment: bucket.environment,
    })
  }
  throw new Error('the backup left no dump')
}

/** The whole of the procedure that Holdfast replaces. */
function writtenProcedure(bench: S3Bench, uploader: S3Rounds['uploader']): Promise<Measured> {
  const { directory, bucket, signal } = bench
  const endpoint = `--endpoint-url ${quote(bucket.environment['AWS_ENDPOINT_URL_S3'] ?? '')}`
  const place = quote(`s3://${bucket.name}/2026/01`)
  const withAws = `
    aws s3 cp backup.dump ${place}/backup.dump --sse AES256 --metadata database=bench ${endpoint} > aws.log
    aws s3 cp backup.dump.sha256 ${place}/backup.dump.sha256 --sse AES256 ${endpoint} >> aws.log
    aws s3 ls ${place}/backup.dump ${endpoint} >> aws.log
    aws s3 cp ${place}/backup.dump.sha256 - ${endpoint} | sha256sum -c >> aws.log`
  const script = [process.execPath, uploadScript].map(quote).join(' ')
  const withSdk = `
    ${script} backup.dump ${quote(bucket.name)} backup.dump
    ${script} backup.dump.sha256 ${quote(bucket.name)} backup.dump.sha256
    sha256sum -c backup.dump.sha256 > /dev/null`
  const command = dumpSteps(bench) + (uploader === 'aws' ? withAws : withSdk)
  return measure(command, { directory, signal, environment: bucket.environment })
}
