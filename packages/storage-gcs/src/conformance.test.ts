import { startGcsDouble } from '@holdfast/lab'
import { storageSuite } from '@holdfast/testkit'
import { describe, it } from 'vitest'
import gcs from './index.ts'

const partBytes = 262_144
const pageObjects = 200
const privateKey = 'canary-of-a-private-key'

storageSuite({
  it,
  describe,
  capabilities: { partBytes, pageObjects },
  async create() {
    const double = await startGcsDouble({ pageObjects })
    const options = {
      bucket: double.bucket,
      prefix: 'some/where',
      apiEndpoint: double.endpoint,
      authenticate: false,
      credentials: JSON.stringify({ type: 'service_account', private_key: privateKey }),
      partBytes,
      maxAttempts: 2,
    }
    const make = (more: object = {}) =>
      gcs.create(gcs.parseOptions({ ...options, ...more }), { name: 'gcs', job: 'job', baseDirectory: '/' })
    return {
      storage: make(),
      secrets: [privateKey],
      cleanup: () => double.close(),
      leftovers: async () => double.openUploads(),
      unusable: () => make({ bucket: 'missing', authenticate: true }),
    }
  },
})
