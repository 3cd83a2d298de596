import type { PluginContext, Storage } from '@holdfast/plugin'
import { check } from './check.ts'
import { createConnection } from './connection.ts'
import { createKeys } from './keys.ts'
import { listObjects } from './list.ts'
import type { GcsOptions } from './options.ts'
import { placeOf } from './place.ts'
import { putObject } from './put.ts'
import { getObject, statObject } from './read.ts'
import { removeObject } from './remove.ts'
import { createSignIn } from './sign-in.ts'
import type { Store } from './store.ts'

/** Objects in a bucket of Google Cloud Storage. Uploads that died end by themselves after a week and cost nothing. */
export function gcsStorage(
  options: GcsOptions,
  { job, baseDirectory }: Pick<PluginContext, 'job' | 'baseDirectory'>,
): Storage {
  const place = placeOf(options, process.env)
  const base = options.prefix === '' ? '' : `${options.prefix}/`
  const store: Store = {
    options,
    job,
    place,
    keys: createKeys(options.prefix),
    connection: createConnection({ options, place }, createSignIn(options, baseDirectory)),
    locationOf: (name) => `gs://${options.bucket}/${name}`,
  }
  return {
    check: (signal) => check(store, signal),
    put: (key, body, putOptions) => putObject(store, key, body, putOptions),
    get: async (key, getOptions) => getObject(store, key, getOptions),
    stat: async (key, signal) => statObject(store, key, signal),
    list: (prefix, signal) => listObjects(store, prefix, signal),
    remove: async (key, signal) => removeObject(store, key, signal),
    location: (key) => store.locationOf(`${base}${key}`),
  }
}
