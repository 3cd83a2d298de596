import { createHash } from 'node:crypto'
import type { MemoryStorage } from '@holdfast/testkit'
import type { Manifest, Verdict } from '@holdfast/plugin'
import { expect, it } from 'vitest'
import { backupBase, backupName, dumpKey } from './keys.ts'
import { parseManifest } from './manifest.ts'
import { writeManifest, writeVerdicts } from './records.ts'

const signal = new AbortController().signal

/** A manifest as a run would write it. */
export function manifestOf(startedAt: Date, changes: Partial<Manifest> = {}): Manifest {
  const job = changes.job ?? 'shop'
  const name = backupName(job, changes.kind ?? 'full', startedAt)
  const compression = { algorithm: 'zstd', level: 1 } as const
  return {
    schemaVersion: 1,
    id: createHash('sha256').update(`${job}${name}`).digest('hex').slice(0, 12),
    name,
    job,
    kind: 'full',
    selection: { include: [], exclude: [] },
    format: 'custom',
    labels: {},
    startedAt: startedAt.toISOString(),
    finishedAt: startedAt.toISOString(),
    holdfast: { version: '0.1.0' },
    database: {
      name: 'shop',
      host: 'db',
      port: 5432,
      user: 'app',
      serverVersion: '15.18',
      serverMajor: 15,
      encoding: 'UTF8',
      bytes: 1,
      identity: '1/2',
    },
    client: { version: '15.18' },
    arguments: [],
    compression,
    objects: [
      {
        role: 'dump',
        key: dumpKey(backupBase(job, name, startedAt), 'custom', { compression }),
        bytes: 4,
        sha256: createHash('sha256').update('dump').digest('hex'),
      },
    ],
    rawBytes: 4,
    tables: [],
    largeObjects: 0,
    omissions: [],
    warnings: [],
    restoreByHand: 'zstd -dc',
    ...changes,
  }
}

/** Puts a backup without data into a storage; resolves the start of its keys. */
export async function addBackup(
  storage: MemoryStorage,
  startedAt: Date,
  changes: Partial<Manifest> = {},
  verdicts: Partial<Verdict>[] = [],
): Promise<string> {
  const manifest = manifestOf(startedAt, changes)
  const base = backupBase(manifest.job, manifest.name, startedAt)
  const [written] = await writeManifest(storage, base, manifest, { signal })
  for (const [index, verdict] of verdicts.entries()) {
    const whole: Verdict = {
      verifier: 'v',
      storage: 'disk',
      proves: 'archive',
      status: 'passed',
      checks: [],
      ...verdict,
    }
    const at = new Date(startedAt.getTime() + index)
    await writeVerdicts(
      storage,
      { base, id: manifest.id, manifestSha256: written?.sha256 ?? '' },
      [whole],
      at,
      signal,
    )
  }
  return base
}

it('is a manifest that Holdfast accepts', () => {
  const startedAt = new Date('2026-11-22T03:00:00Z')
  const manifest = manifestOf(startedAt)
  expect(parseManifest(JSON.stringify(manifest), backupBase('shop', manifest.name, startedAt))).toEqual(
    manifest,
  )
})
