import { HoldfastError, type BackupObject, type DataRole, type Manifest } from '@holdfast/plugin'
import { z } from 'zod'

const count = z.number().int().min(0)

const object = z.object({
  role: z.enum(['dump', 'globals', 'sidecar']),
  key: z.string().min(1),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  rawBytes: count.optional(),
})

/** Unknown keys pass: a later version 1 may add some. */
const manifestSchema = z.looseObject({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string().min(1),
  job: z.string().min(1),
  kind: z.enum(['full', 'schema', 'data', 'tables']),
  selection: z.object({ include: z.array(z.string()), exclude: z.array(z.string()) }),
  format: z.enum(['custom', 'plain']),
  label: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  holdfast: z.object({ version: z.string() }),
  database: z.looseObject({
    name: z.string(),
    host: z.string(),
    port: z.number(),
    user: z.string(),
    serverVersion: z.string(),
    serverMajor: z.number(),
    encoding: z.string(),
    bytes: count,
    identity: z.string(),
  }),
  client: z.looseObject({ version: z.string() }),
  arguments: z.array(z.string()),
  compression: z.discriminatedUnion('algorithm', [
    z.object({ algorithm: z.literal('zstd'), level: z.number() }),
    z.object({ algorithm: z.literal('gzip'), level: z.number() }),
    z.object({ algorithm: z.literal('none') }),
  ]),
  encryption: z.looseObject({ algorithm: z.literal('age'), recipients: z.array(z.string()) }).optional(),
  objects: z.array(object).min(1),
  rawBytes: count,
  tables: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      partitionOf: z.string().optional(),
      bytes: count,
      rows: count.optional(),
    }),
  ),
  rows: count.optional(),
  largeObjects: count,
  omissions: z.array(z.object({ what: z.string(), reason: z.string(), items: z.array(z.string()) })),
  warnings: z.array(z.string()),
  copies: z
    .array(
      z.object({
        storage: z.string(),
        plugin: z.string(),
        // Words that a later version 1 may add make no manifest invalid.
        createOnly: z.string().optional(),
        checksums: z.record(z.string(), z.object({ algorithm: z.string(), value: z.string() })),
      }),
    )
    .optional(),
  restoreByHand: z.string(),
})

export function serializeManifest(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)
}

/**
 * Reads a manifest found at `base`. VERIFY_MANIFEST if it is truncated, not a manifest, of another version, or
 * speaks of objects that are not its own: a manifest can not make Holdfast read or delete anything but its backup.
 */
export function parseManifest(text: string, base: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new HoldfastError(
      'VERIFY_MANIFEST',
      `${base}.manifest.json is not whole JSON (${text.length} characters)`,
      {
        cause,
      },
    )
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
  if (typeof version === 'number' && version > 1) {
    throw new HoldfastError(
      'VERIFY_MANIFEST',
      `${base}.manifest.json has version ${version}; this Holdfast reads version 1`,
      {
        hint: 'Upgrade Holdfast on this machine.',
      },
    )
  }
  const parsed = manifestSchema.safeParse(value)
  if (!parsed.success) {
    const first = parsed.error.issues[0]
    const where = first === undefined ? '' : `: ${first.path.join('.')}: ${first.message}`
    throw new HoldfastError('VERIFY_MANIFEST', `${base}.manifest.json is not a manifest${where}`)
  }
  const manifest = parsed.data as Manifest
  const foreign = manifest.objects.find((one) => !one.key.startsWith(`${base}.`))
  if (foreign !== undefined || !base.endsWith(`/${manifest.name}`) || !base.startsWith(`${manifest.job}/`)) {
    throw new HoldfastError(
      'VERIFY_MANIFEST',
      `${base}.manifest.json belongs to ${foreign?.key ?? manifest.name}, not to this backup`,
    )
  }
  if (!manifest.objects.some((one) => one.role === 'dump')) {
    throw new HoldfastError('VERIFY_MANIFEST', `${base}.manifest.json names no dump`)
  }
  return manifest
}

/** The entry for a role. BACKUP_NOT_FOUND where the backup has no such object. */
export function objectOf(manifest: Manifest, role: DataRole): BackupObject {
  const object = manifest.objects.find((one) => one.role === role)
  if (object !== undefined) return object
  throw new HoldfastError('BACKUP_NOT_FOUND', `${manifest.name} has no ${role}`, {
    hint:
      role === 'globals' ? 'Roles are kept beside full dumps only, unless dump.globals is off.' : undefined,
  })
}
