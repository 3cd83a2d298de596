import {
  type BackupObject,
  type Check,
  type Manifest,
  type VerdictStatus,
  type VerifierInput,
  withCommas,
} from '@holdfast/plugin'
import { type DumpContents, missingTables } from '@holdfast/postgres'
import type { ArchiveOptions } from './options.ts'
import type { ObjectReading } from './read-object.ts'

const shownTables = 5

/** Is what is stored what was stored? */
export function checkStored(object: BackupObject, reading: ObjectReading): Check[] {
  const { bytes, sha256 } = reading
  return [
    bytes === object.bytes
      ? check('length', 'passed', `${withCommas(bytes)} bytes, as the manifest says`)
      : check(
          'length',
          'failed',
          `${withCommas(bytes)} bytes, but the manifest says ${withCommas(object.bytes)}`,
        ),
    sha256 === object.sha256
      ? check('sha256', 'passed', `matches (${short(sha256)})`)
      : check('sha256', 'failed', `is ${short(sha256)}, but the manifest says ${short(object.sha256)}`),
  ]
}

/** Could everything be decoded? */
export function checkDecoded(reading: ObjectReading, rawBytes: number, readBy: string): Check {
  const error = reading.damage?.message ?? reading.dump?.failure?.message ?? reading.dump?.errors.join(' | ')
  if (error) return check('decode', 'failed', error)
  if (reading.rawBytes !== rawBytes) {
    return check(
      'decode',
      'failed',
      `decodes to ${withCommas(reading.rawBytes)} bytes, but the manifest says ${withCommas(rawBytes)}`,
    )
  }
  return check('decode', 'passed', `${withCommas(rawBytes)} bytes decoded and read to their end by ${readBy}`)
}

/** What can't be looked at in a dump that is encrypted. */
export function checksWithoutKey(): Check[] {
  return ['decode', 'contents', 'tables'].map((name) => check(name, 'skipped', withoutKey))
}

const withoutKey = 'encrypted, and no identity here'

/** Does the dump hold what the manifest says, and is that as much as there must be? */
export function checkContents(manifest: Manifest, reading: ObjectReading, options: ArchiveOptions): Check[] {
  const contents = reading.dump?.contents
  if (contents === undefined) {
    const reason = 'the list of contents could not be read'
    return [check('contents', 'failed', reason), check('tables', 'skipped', reason)]
  }
  const schemaOnly = manifest.kind === 'schema'
  const entries = schemaOnly ? contents.tables : contents.tableData
  return [checkTables(manifest, entries, schemaOnly), checkMinimum(entries.length, manifest, options)]
}

function checkTables(manifest: Manifest, entries: DumpContents['tables'], schemaOnly: boolean): Check {
  // A partitioned table has no rows of its own: they are in its partitions.
  const roots = new Set(manifest.tables.map(({ partitionOf }) => partitionOf))
  const expected = manifest.tables.filter(({ schema, name }) => schemaOnly || !roots.has(`${schema}.${name}`))
  const missing = missingTables(expected, entries)
  const what = schemaOnly ? 'definitions' : 'rows'
  if (missing.length > 0) {
    const names = missing.slice(0, shownTables).map(({ schema, name }) => `${schema}.${name}`)
    const more = missing.length > shownTables ? ` and ${missing.length - shownTables} more` : ''
    return check(
      'contents',
      'failed',
      `the ${what} of ${missing.length} of ${expected.length} tables are not in the dump: ${names.join(', ')}${more}`,
    )
  }
  const others = entries.length - expected.length
  return check(
    'contents',
    'passed',
    `the ${what} of all ${expected.length} tables are in the dump` +
      (others > 0 ? `, and of ${others} that it does not count` : ''),
  )
}

function checkMinimum(tables: number, manifest: Manifest, options: ArchiveOptions): Check {
  const minimum = options.minTables ?? (isWhole(manifest) ? 10 : 0)
  return tables < minimum
    ? check('tables', options.belowMinimum, `${tables} tables, fewer than ${minimum}`)
    : check('tables', 'passed', minimum === 0 ? `${tables} tables` : `${tables} tables, at least ${minimum}`)
}

/** Is the dump as long as there is reason to expect? */
export function checkSize(manifest: Manifest, bytes: number, options: ArchiveOptions): Check {
  const minimum = options.minBytes ?? (isWhole(manifest) ? 1_048_576 : 0)
  return bytes < minimum
    ? check('size', options.belowMinimum, `${withCommas(bytes)} bytes, fewer than ${withCommas(minimum)}`)
    : check(
        'size',
        'passed',
        minimum === 0
          ? `${withCommas(bytes)} bytes`
          : `${withCommas(bytes)} bytes, at least ${withCommas(minimum)}`,
      )
}

/** Are the roles beside the dump whole? */
export function checkGlobals(
  object: BackupObject,
  reading: ObjectReading | undefined,
  { decodable }: Pick<VerifierInput, 'decodable'>,
): Check {
  if (reading === undefined) return check('globals', 'failed', `${object.key} is not in the storage`)
  const damage = reading.damage?.message
  const wrong = checkStored(object, reading).find(({ status }) => status === 'failed')
  if (wrong) return check('globals', 'failed', `${wrong.name}: ${wrong.detail}`)
  if (damage !== undefined) return check('globals', 'failed', damage)
  if (!decodable) return check('globals', 'passed', `length and sha256 match; ${withoutKey}`)
  if (reading.rawBytes === 0) return check('globals', 'failed', 'empty')
  return check('globals', 'passed', `${withCommas(reading.rawBytes)} bytes decoded, length and sha256 match`)
}

function isWhole({ kind }: Manifest): boolean {
  return kind === 'full' || kind === 'data'
}

export function check(name: string, status: VerdictStatus, detail: string): Check {
  return { name, status, detail }
}

function short(sha256: string): string {
  return `${sha256.slice(0, 12)}…`
}
