// upload.ts FILE BUCKET KEY: sends a finished file to S3 with the AWS SDK's own uploader, four parts in flight.
import { createReadStream } from 'node:fs'
import { S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'

const [file = '', bucket = '', key = ''] = process.argv.slice(2)
const client = new S3Client({ forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' })
const upload = new Upload({
  client,
  params: { Bucket: bucket, Key: key, Body: createReadStream(file, { highWaterMark: 1 << 20 }) },
  partSize: 8 << 20,
  queueSize: 4,
})
await upload.done()
