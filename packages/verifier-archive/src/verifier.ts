import {
  type BackupObject,
  type Check,
  type DataRole,
  HoldfastError,
  isHoldfastError,
  type Manifest,
  type Verifier,
  type VerifierInput,
  worstStatus,
} from '@holdfast/plugin'
import { type DumpReader, findClients, newestClient, readArchive, readPlain } from '@holdfast/postgres'
import { checkAttested, checkAttestedDump, chooseWay } from './attested.ts'
import {
  check,
  checkContents,
  checkDecoded,
  checkGlobals,
  checkSize,
  checkStored,
  checksWithoutKey,
} from './checks.ts'
import type { ArchiveOptions } from './options.ts'
import { type ObjectReading, readObject } from './read-object.ts'

/** What was found, and whether it rests on the storage's word alone. */
interface Finding {
  checks: Check[]
  attested: boolean
}

/**
 * Reads each stored object once, from its first byte to its last, and the dump through the real pg_restore; where the
 * options allow it, the storage's own checksum stands for reading, and the verdict proves only that.
 */
export function archiveVerifier(options: ArchiveOptions): Verifier {
  return {
    proves: 'archive',
    async verify(input, signal) {
      const findings = [await verifyDump(input, options, signal), await verifyGlobals(input, options, signal)]
      const checks = findings.flatMap((finding) => finding.checks)
      const status = worstStatus(checks)
      const isAttested = findings.some(({ attested }) => attested)
      // Damage is damage, whether or not anything could be decoded.
      const isOnlyStored = !input.decodable && status !== 'failed'
      const less = isAttested ? 'attested' : isOnlyStored ? 'stored' : undefined
      return { status, checks, ...(less !== undefined && { proves: less }) }
    },
  }
}

async function verifyDump(
  input: VerifierInput,
  options: ArchiveOptions,
  signal: AbortSignal,
): Promise<Finding> {
  const { manifest } = input
  const object = objectOf(manifest, 'dump')
  if (object === undefined) {
    throw new HoldfastError('VERIFY_MANIFEST', `The manifest of ${manifest.name} names no dump.`)
  }
  const chosen = await chooseWay(input, object, options)
  if (chosen.way === 'attested') {
    return { attested: true, checks: checkAttestedDump(input, object, chosen.attestation, options) }
  }
  const checks = await readDump(input, object, options, signal)
  return { attested: false, checks: chosen.note === undefined ? checks : [chosen.note, ...checks] }
}

async function readDump(
  input: VerifierInput,
  object: BackupObject,
  options: ArchiveOptions,
  signal: AbortSignal,
): Promise<Check[]> {
  const { manifest } = input
  const { reader, readBy } = input.decodable ? await openReader(manifest, signal) : unread
  const reading = await readObject(input, 'dump', reader, signal)
  if (reading === undefined) return [check('length', 'failed', `${object.key} is not in the storage`)]

  const stored = checkStored(object, reading)
  // On bytes that are not the ones that were stored, whatever pg_restore says is their fault.
  if (reading.dump?.failure && worstStatus(stored) === 'passed') throw reading.dump.failure
  if (!input.decodable) {
    return [...stored, ...checksWithoutKey(), checkSize(manifest, reading.bytes, options)]
  }
  refuseWrongKey(reading, stored)
  const decoded = checkDecoded(reading, manifest.rawBytes, readBy)
  const size = checkSize(manifest, reading.bytes, options)
  if (decoded.status === 'failed') return [...stored, decoded, size]
  return [...stored, decoded, ...checkContents(manifest, reading, options), size]
}

async function verifyGlobals(
  input: VerifierInput,
  options: ArchiveOptions,
  signal: AbortSignal,
): Promise<Finding> {
  const object = objectOf(input.manifest, 'globals')
  if (object === undefined) return { attested: false, checks: [] }
  const chosen = await chooseWay(input, object, options)
  if (chosen.way === 'attested') {
    return { attested: true, checks: [checkAttested(object, chosen.attestation, 'globals')] }
  }
  const reading = await readObject(input, 'globals', undefined, signal)
  if (reading !== undefined) refuseWrongKey(reading, checkStored(object, reading))
  return { attested: false, checks: [checkGlobals(object, reading, input)] }
}

/** Where the objects can't be decoded nobody reads the dump. */
const unread = { reader: undefined, readBy: '' }

/** On bytes that are the ones that were stored, a key that does not fit is no word against them. */
function refuseWrongKey({ damage }: ObjectReading, stored: readonly Check[]): void {
  if (!isHoldfastError(damage) || !damage.code.startsWith('DECRYPT_')) return
  if (worstStatus(stored) === 'passed') throw damage
}

async function openReader(
  { format, client }: Manifest,
  signal: AbortSignal,
): Promise<{ reader: DumpReader; readBy: string }> {
  if (format === 'plain') return { reader: readPlain(), readBy: 'Holdfast (plain SQL)' }
  // The newest pg_restore reads every older archive.
  const newest = newestClient(await findClients(process.env))
  const reader = await readArchive(newest, {
    environment: process.env,
    dumpVersion: client.version,
    signal,
  })
  return { reader, readBy: `pg_restore ${newest.version}` }
}

function objectOf(manifest: Manifest, role: DataRole): BackupObject | undefined {
  return manifest.objects.find((object) => object.role === role)
}
