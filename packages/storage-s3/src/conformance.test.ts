import { startS3Double } from '@holdfast/lab'
import { storageSuite } from '@holdfast/testkit'
import { describe, it } from 'vitest'
import { optionsFor, strand } from './double.test.support.ts'
import { s3Storage } from './storage.ts'

// Far below the parts of S3, so that every case meets many of them.
const partBytes = 262_144

storageSuite({
  it,
  describe,
  capabilities: { partBytes, pageObjects: 100 },
  async create() {
    const store = await startS3Double({ leastPartBytes: partBytes, pageObjects: 100 })
    const secrets = store.credentials.map(({ secretAccessKey }) => secretAccessKey)
    const asked = { prefix: 'under/this', checksum: 'crc32', serverSideEncryption: 'AES256' }
    const options = { ...optionsFor(store, asked), partBytes }
    return {
      storage: s3Storage(options, { job: 'shop' }),
      secrets,
      cleanup: () => store.close(),
      leftovers: async () => [...store.uploads.values()].map(({ key }) => key),
      strand: async (key) => strand(store, `under/this/${key}`),
      unusable: () => s3Storage({ ...options, bucket: 'another' }, { job: 'shop' }),
    }
  },
})
