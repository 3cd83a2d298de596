import type { Connection } from './connection.ts'
import type { Keys } from './keys.ts'
import type { GcsOptions } from './options.ts'
import type { Place } from './place.ts'

/** What every call of one storage works with. */
export interface Store {
  options: GcsOptions
  job: string
  place: Place
  keys: Keys
  connection: Connection
  /** Where the object of this name is, for people. */
  locationOf: (name: string) => string
}

type Query = Readonly<Record<string, string | number | undefined>>

/** The address of an object. */
export function objectUrl({ place, options }: Store, name: string, query: Query = {}): string {
  const path = `b/${encodeURIComponent(options.bucket)}/o/${encodeURIComponent(name)}`
  return `${place.endpoint}/storage/v1/${path}${queryOf(query)}`
}

/** The address of the bucket, or of what is below it. */
export function bucketUrl({ place, options }: Store, below: string, query: Query = {}): string {
  return `${place.endpoint}/storage/v1/b/${encodeURIComponent(options.bucket)}/${below}${queryOf(query)}`
}

/** Where an upload begins. */
export function uploadUrl({ place, options }: Store, query: Query): string {
  return `${place.endpoint}/upload/storage/v1/b/${encodeURIComponent(options.bucket)}/o${queryOf(query)}`
}

function queryOf(query: Query): string {
  const given = Object.entries(query).filter((entry) => entry[1] !== undefined)
  return given.length === 0
    ? ''
    : `?${given.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join('&')}`
}
