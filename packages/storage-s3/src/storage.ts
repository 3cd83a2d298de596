import type { PluginContext, Storage, StorageStatus } from '@holdfast/plugin'
import { createConnection } from './connection.ts'
import { createPlace } from './keys.ts'
import { listObjects } from './list.ts'
import { probe, statObject } from './look.ts'
import type { S3Options } from './options.ts'
import { putObject } from './put.ts'
import { getObject } from './read.ts'
import { isOpenToAll, serviceOf } from './service.ts'
import type { Store } from './store.ts'
import { removeUnfinished } from './unfinished.ts'

/** Objects in a bucket. The AWS SDK is loaded by the first call. */
export function s3Storage(
  options: S3Options,
  { job, environment = process.env }: Pick<PluginContext, 'job'> & { environment?: NodeJS.ProcessEnv },
): Storage {
  const store = createStore(options, job, environment)
  const { place, connection } = store
  return {
    check: (signal) => check(store, signal),
    put: (key, body, putOptions) => putObject(store, key, body, putOptions),
    get: (key, getOptions) => getObject(store, key, getOptions),
    stat: (key, signal) => statObject(store, key, signal),
    list: (prefix, signal) => listObjects(store, prefix, signal),
    remove: async (key, signal) => {
      const target = { operation: 'DeleteObject', location: place.location(key) } as const
      const object = { Bucket: place.bucket, Key: place.fullKey(key) }
      await connection.call(target, signal, (s3) => s3.deleteObject(object, { abortSignal: signal }))
    },
    location: (key) => place.location(key),
    removeUnfinished: (prefix, before, signal) => removeUnfinished(store, prefix, before, signal),
  }
}

function createStore(options: S3Options, job: string, environment: NodeJS.ProcessEnv): Store {
  const service = serviceOf(options, environment)
  const place = createPlace(options)
  let isBucketThere = false
  const store: Store = {
    options,
    job,
    service,
    place,
    connection: createConnection(options, service),
    createOnly: new Map(),
    locationOf: (fullKey) => `s3://${place.bucket}/${fullKey}`,
    bucketIsThere: async (signal) => {
      if (!isBucketThere) await probe(store, signal)
      isBucketThere = true
    },
  }
  return store
}

async function check(store: Store, signal: AbortSignal): Promise<StorageStatus> {
  await probe(store, signal)
  const { endpoint } = store.service
  if (!isOpenToAll(endpoint)) return {}
  return {
    warnings: [
      `${endpoint} is not encrypted: whoever is on the way to it can read the backups. Use https, or encrypt them.`,
    ],
  }
}
