import { randomUUID } from 'node:crypto'
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { isLeftOut, isRgwInstalled, type RgwServer, startRgw } from '@holdfast/lab'
import { storageSuite } from '@holdfast/testkit'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { leastPartBytes, parseOptions } from './options.ts'
import { s3Storage } from './storage.ts'

// CI must not pass without a real server; elsewhere its absence is said.
const leftOut = isLeftOut('S3 on Ceph RGW', {
  isHere: isRgwInstalled(),
  because: 'it is not installed (npm test installs it as root)',
})

describe.skipIf(leftOut)('on Ceph RGW', () => {
  const bucket = 'backups'
  // Real pages, without thousands of objects.
  const pageObjects = 100
  let server: RgwServer
  let client: S3Client

  beforeAll(async () => {
    server = await startRgw({ pageObjects })
    const { endpoint, region, accessKeyId, secretAccessKey } = server
    client = new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
    })
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
  })

  afterAll(async () => {
    client.destroy()
    await server.stop()
  })

  storageSuite({
    it,
    describe,
    // It honours If-None-Match for an object that is sent whole, and ignores it where the parts of one are joined.
    capabilities: { createOnly: 'checked', partBytes: leastPartBytes, pageObjects },
    create() {
      const prefix = `suite/${randomUUID()}`
      const storage = (secretAccessKey: string): ReturnType<typeof s3Storage> => {
        const { endpoint, region, accessKeyId } = server
        const credentials = { accessKeyId, secretAccessKey }
        const options = parseOptions({ bucket, prefix, endpoint, region, credentials })
        return s3Storage({ ...options, partBytes: leastPartBytes }, { job: 'shop' })
      }
      const wrongSecret = randomUUID()
      return {
        storage: storage(server.secretAccessKey),
        secrets: [server.secretAccessKey, wrongSecret],
        unusable: () => storage(wrongSecret),
        leftovers: async () => {
          const { Uploads = [] } = await client.send(
            new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }),
          )
          return Uploads.map(({ Key = '' }) => Key)
        },
        strand: async (key) => {
          const object = { Bucket: bucket, Key: `${prefix}/${key}` }
          const { UploadId } = await client.send(new CreateMultipartUploadCommand(object))
          await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'half' }))
        },
      }
    },
  })
})
