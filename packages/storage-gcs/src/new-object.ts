import type { GcsOptions } from './options.ts'
import type { Resource } from './resource.ts'

const dayMs = 86_400_000
const stamp = /_(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})(?:[-.]|$)/

/** What a new object is given besides its bytes, as the service calls it. */
export interface NewObject extends Pick<Resource, 'storageClass' | 'temporaryHold' | 'retention'> {
  contentType: string
  metadata: Record<string, string>
}

export function newObject(key: string, job: string, options: GcsOptions, now = new Date()): NewObject {
  const { metadata, storageClass, temporaryHold, retention } = options
  return {
    contentType: 'application/octet-stream',
    metadata: { 'backup-date': dateIn(key) ?? now.toISOString(), job, ...metadata },
    ...(storageClass !== undefined && { storageClass }),
    ...(temporaryHold && { temporaryHold }),
    ...(retention !== undefined && {
      retention: {
        mode: retention.mode === 'locked' ? 'Locked' : 'Unlocked',
        retainUntilTime: new Date(now.getTime() + retention.days * dayMs).toISOString(),
      },
    }),
  }
}

/** When the backup was made that an object belongs to, as its name has it. */
function dateIn(key: string): string | undefined {
  const [, year, month, day, hour, minute, second] = stamp.exec(key) ?? []
  return year === undefined ? undefined : `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
}
