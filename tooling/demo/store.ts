import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { startS3Double } from '@holdfast/lab'
import type { Report } from '@holdfast/plugin'

/** Where the demo keeps its backup. */
export interface Store {
  /** As --to and --from have it. */
  address: string
  /** What is started for it, and is gone at the end: as the heading of the first step and the last sentence have it. */
  called: { heading: string; end: string }
  /** What was started, where something was. */
  started?: string
  /** What Holdfast and other tools find it with. */
  environment: Readonly<Record<string, string>>
  /** What the run itself has kept about it. */
  readReport(directory: string): Promise<Report>
  stop(): Promise<void>
}

const suffix = '.report.json'

export function directoryStore(): Store {
  return {
    address: './backups',
    called: { heading: '', end: './backups' },
    environment: {},
    async readReport(directory) {
      for await (const path of glob(`backups/**/*${suffix}`, { cwd: directory })) {
        return JSON.parse(await readFile(join(directory, path), 'utf8')) as Report
      }
      throw new Error('the backup left no report')
    },
    stop: () => Promise.resolve(),
  }
}

/** A bucket on an S3 server in this process, which checks every signature. */
export async function bucketStore(): Promise<Store> {
  const server = await startS3Double()
  const { endpoint, region, bucket: Bucket, credentials } = server
  const [own] = credentials
  if (own === undefined) throw new Error('the S3 server takes no credentials')
  const client = new S3Client({ endpoint, region, credentials: own, forcePathStyle: true })
  return {
    address: `s3://${Bucket}`,
    called: { heading: ' and an S3 server', end: 'the bucket' },
    started: `S3 server on ${endpoint}, with an empty bucket`,
    environment: server.environment,
    async readReport() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
      const Key = Contents.map((object) => object.Key).find((key) => key?.endsWith(suffix) === true)
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
      if (!(Body instanceof Readable)) throw new Error('the backup left no report')
      return JSON.parse(await text(Body)) as Report
    },
    async stop() {
      client.destroy()
      await server.close()
    },
  }
}
