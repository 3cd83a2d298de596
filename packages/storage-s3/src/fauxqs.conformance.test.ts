import { storageSuite } from '@holdfast/testkit'
import { startFauxqs } from 'fauxqs'
import { describe, it } from 'vitest'
import { leastPartBytes, parseOptions } from './options.ts'
import { s3Storage } from './storage.ts'

// The common path, against a server that nobody here wrote. It ignores If-None-Match, and keeps no list of unfinished uploads.
describe('on fauxqs', () => {
  storageSuite({
    it,
    describe,
    // A page has 1,000 objects: this writes 1,001.
    capabilities: { createOnly: 'checked', inMemory: true, partBytes: leastPartBytes, pageObjects: 500 },
    async create() {
      const server = await startFauxqs({
        port: 0,
        host: '127.0.0.1',
        logger: false,
        init: { region: 'us-east-1', buckets: ['backups'] },
      })
      const options = parseOptions({
        bucket: 'backups',
        prefix: 'under/this',
        endpoint: `http://127.0.0.1:${server.port}`,
        credentials: { accessKeyId: 'anybody', secretAccessKey: 'canary-of-a-secret-key' },
      })
      return {
        storage: s3Storage({ ...options, partBytes: leastPartBytes }, { job: 'shop' }),
        secrets: ['canary-of-a-secret-key'],
        cleanup: () => server.stop(),
      }
    },
  })
})
