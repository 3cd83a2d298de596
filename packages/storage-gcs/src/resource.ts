import { type Checksum, HoldfastError, type ObjectInfo } from '@holdfast/plugin'

/** An object, as the service describes it. Numbers that may be large are texts. */
export interface Resource {
  name: string
  size: string
  generation: string
  timeCreated: string
  /** Of the whole object, in base64, most significant byte first. */
  crc32c?: string
  storageClass?: string
  /** With the version of the key. */
  kmsKeyName?: string
  temporaryHold?: boolean
  retention?: { mode?: string; retainUntilTime?: string }
  metadata?: Record<string, string>
}

/** What is asked of a description; the rest need not be sent. */
export const infoFields = 'name,size,generation,timeCreated,crc32c'

/** An answer that has to describe an object. */
export function resourceIn(json: unknown, location: string): Resource {
  const { name, size, generation, timeCreated } = (json ?? {}) as Partial<Resource>
  const isWhole =
    typeof name === 'string' &&
    /^\d+$/.test(size ?? '') &&
    /^\d+$/.test(generation ?? '') &&
    !Number.isNaN(Date.parse(timeCreated ?? ''))
  if (isWhole) return json as Resource
  throw new HoldfastError('STORAGE_FAILED', `the answer about ${location} does not describe an object`, {
    hint: 'Look for a proxy in between, and check apiEndpoint.',
    retryable: true,
  })
}

export function infoOf(key: string, resource: Resource): ObjectInfo {
  const checksum = checksumOf(resource)
  return {
    key,
    bytes: Number(resource.size),
    modifiedAt: new Date(resource.timeCreated),
    ...(checksum !== undefined && { checksum }),
  }
}

function checksumOf({ crc32c }: Resource): Checksum | undefined {
  const bytes = Buffer.from(crc32c ?? '', 'base64')
  return bytes.length === 4 ? { algorithm: 'crc32c', value: bytes.toString('hex') } : undefined
}
