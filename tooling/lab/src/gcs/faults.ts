/** What a request is for. `commit` is the chunk that ends an upload, `simple` an upload in one request. */
export type GcsRequestKind =
  | 'start'
  | 'chunk'
  | 'commit'
  | 'probe'
  | 'cancel'
  | 'simple'
  | 'stat'
  | 'read'
  | 'list'
  | 'remove'
  | 'permissions'
  | 'token'

export interface GcsRequest {
  kind: GcsRequestKind
  /** The object, where there is one. */
  name: string | undefined
  contentRange: string | undefined
  range: string | undefined
  authorization: string | undefined
}

/**
 * What goes wrong. `reset` closes the connection before anything is done; `cut` takes half of a chunk, or gives half of
 * an object, and then closes it; `stall` gives half of an object, and then nothing; `lostAnswer` does everything and closes it instead of answering; `blackHole` never
 * answers; `wrongChecksum` and `wrongLength` tell of another object than is stored; `flip` gives one wrong byte.
 */
export type GcsFaultEffect =
  | { status: number; reason?: string; message?: string; body?: unknown; headers?: Record<string, string> }
  | 'reset'
  | 'cut'
  | 'lostAnswer'
  | 'blackHole'
  | 'wrongChecksum'
  | 'wrongLength'
  | 'flip'
  | 'stall'

export interface GcsFault {
  on: GcsRequestKind
  effect: GcsFaultEffect
  /** How often; default once. */
  times?: number
  /** Only requests that fit. */
  when?: (request: GcsRequest) => boolean
}
