import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { isLeftOut, isRgwInstalled, type S3Access, startRgw, startS3Double } from '@holdfast/lab'

/** An S3 server with one bucket. */
export interface S3Server extends S3Access {
  bucket: string
  stop(): Promise<void>
}

const bucket = 'backups'

/** The most real one that can be had here: Ceph's where it is installed, which it is in CI, else our own double. */
export async function startS3(): Promise<S3Server> {
  const isRealOneLeftOut = isLeftOut('S3 on a real server, but on our own double', {
    isHere: isRgwInstalled(),
    because: 'Ceph RGW is not installed (npm test installs it as root)',
  })
  if (isRealOneLeftOut) {
    const double = await startS3Double({ bucket })
    const [credentials] = double.credentials
    if (credentials === undefined) throw new Error('the double takes no credentials')
    const { endpoint, region } = double
    return { endpoint, region, ...credentials, bucket, stop: () => double.close() }
  }
  const server = await startRgw()
  const client = clientOf(server)
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return { ...server, bucket }
}

export function clientOf({ endpoint, region, accessKeyId, secretAccessKey }: S3Access): S3Client {
  return new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
}
