import type { Backup, Copy } from '@holdfast/core'
import type { Manifest, ReportedNotification, Verdict } from '@holdfast/plugin'
import { stateOf, toneOf } from './backup-table.ts'
import { definition } from './definition.ts'
import type { Look } from './look.ts'
import { renderTold } from './told.ts'
import { formatBytes, formatCount, formatDuration, formatTime } from './units.ts'
import { renderVerdicts } from './verification.ts'

/** Everything about one backup, for people. */
export function renderBackup(
  backup: Backup,
  {
    verdicts,
    notifications,
    restoreCommand,
  }: {
    verdicts: readonly Verdict[]
    notifications: readonly ReportedNotification[]
    restoreCommand: string
  },
  look: Look,
): string {
  const { manifest, invalid } = backup
  const signature = {
    good: 'by a trusted key',
    unchecked: 'not checked, no key is trusted here',
    none: undefined,
  }[backup.copies[0].signature]
  const head = [
    definition('backup', `${backup.name} (id ${backup.id})`, look),
    definition('job', backup.job, look),
    definition('state', stateOf(backup), look, toneOf(backup)),
    ...(signature === undefined ? [] : [definition('signed', signature, look)]),
    ...backup.copies.map((copy, index) =>
      definition(index === 0 ? 'stored' : '', describeCopy(copy, manifest), look),
    ),
  ].join('\n')
  if (manifest === undefined) return `${head}\n${definition('broken', invalid?.message ?? '', look)}`
  const blocks = [
    `${head}\n${describe(manifest, look)}`,
    renderObjects(manifest, look),
    renderVerdicts(verdicts, look),
    renderTold(notifications, look),
    manifest.omissions.map((omission) => renderOmission(omission, look)).join('\n'),
    manifest.warnings.map((warning) => definition('warning', warning, look)).join('\n'),
    `  To restore it:\n    ${restoreCommand}\n  With standard tools, in the directory of the dump:\n    ${manifest.restoreByHand}`,
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

/** Where a copy is, how good it is known to be, and what its storage said of it. */
function describeCopy({ storage, location, verification }: Copy, manifest: Manifest | undefined): string {
  const facts = manifest?.copies?.find((copy) => copy.storage === storage)
  const checksum = Object.values(facts?.checksums ?? {})[0]
  const said = [
    verification,
    ...(facts?.createOnly === undefined ? [] : [`create-only ${facts.createOnly}`]),
    ...(checksum === undefined ? [] : [`${checksum.algorithm} ${checksum.value} by the storage`]),
  ]
  return `${storage}: ${location}\n  ${said.join(', ')}`
}

function describe(manifest: Manifest, look: Look): string {
  const { database, client, tables, rows, rawBytes, largeObjects, label, labels } = manifest
  const started = new Date(manifest.startedAt)
  const took = formatDuration(new Date(manifest.finishedAt).getTime() - started.getTime())
  const holds = [
    formatCount(tables.length, 'table'),
    ...(rows === undefined ? [] : [formatCount(rows, 'row')]),
    ...(largeObjects === 0 ? [] : [formatCount(largeObjects, 'large object')]),
    `${formatBytes(rawBytes)} of ${manifest.kind === 'full' ? 'data' : manifest.kind}`,
  ].join(', ')
  const { compression, encryption } = manifest
  const packed =
    compression.algorithm === 'none'
      ? 'not compressed'
      : `${compression.algorithm} level ${compression.level}`
  return [
    definition('started', `${formatTime(started)}, took ${took}`, look),
    definition('source', `${database.user}@${database.host}:${database.port}/${database.name}`, look),
    definition('server', `PostgreSQL ${database.serverVersion}, pg_dump ${client.version}`, look),
    definition('holds', holds, look),
    definition('format', `${manifest.format}, ${packed}`, look),
    ...(encryption === undefined
      ? []
      : [definition('encrypted', `with age, for ${encryption.recipients.join(', ')}`, look)]),
    ...(label === undefined ? [] : [definition('label', label, look)]),
    ...Object.entries(labels).map(([name, text]) => definition(name, text, look)),
  ].join('\n')
}

function renderObjects({ objects }: Manifest, look: Look): string {
  return objects
    .map(({ role, key, bytes }) =>
      definition(role, `${key.slice(key.lastIndexOf('/') + 1)} (${formatBytes(bytes)})`, look),
    )
    .join('\n')
}

function renderOmission({ what, reason, items }: Manifest['omissions'][number], look: Look): string {
  const shown = items.slice(0, 5).join(', ')
  const more = items.length > 5 ? ` and ${items.length - 5} more` : ''
  return definition('left out', `${what}: ${shown}${more}${items.length > 0 ? '. ' : ''}${reason}`, look)
}
