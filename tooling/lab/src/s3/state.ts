import type { Blob, Blobs } from './blobs.ts'

/** What an object has besides its bytes, by the headers that give and show it. */
export type Properties = Readonly<Record<string, string>>

export interface DoubleObject {
  blob: Blob
  etag: string
  modifiedAt: Date
  properties: Properties
  checksum?: { algorithm: 'crc32' | 'sha256'; value: string; type: 'FULL_OBJECT' | 'COMPOSITE' }
}

export interface DoublePart {
  blob: Blob
  md5: Buffer
  checksum?: { algorithm: 'crc32' | 'sha256'; value: string }
}

export interface DoubleUpload {
  bucket: string
  key: string
  initiatedAt: Date
  properties: Properties
  parts: Map<number, DoublePart>
  checksumAlgorithm: string | undefined
  checksumType: string | undefined
}

/** What a store may take without a word and not do. */
export type Ignorable = 'if-none-match' | 'encryption' | 'lock' | 'class' | 'metadata' | 'checksum' | 'range'

/** What a store may refuse with 501. */
export type Refusable = 'if-none-match' | 'list-uploads'

export interface State {
  buckets: Map<string, Map<string, DoubleObject>>
  uploads: Map<string, DoubleUpload>
  blobs: Blobs
  now: () => Date
  pageObjects: number
  leastPartBytes: number
  ignores: ReadonlySet<Ignorable>
  refuses: ReadonlySet<Refusable>
}
