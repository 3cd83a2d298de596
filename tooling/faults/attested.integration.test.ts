import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Manifest, Verdict } from '@holdfast/plugin'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

const use = fileURLToPath(new URL('troubled-storage.mjs', import.meta.url))

let place: Workplace

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'attested')
  await fill(place.database, { megabytes: 1 })
  const storages = ['backups', 'far'].map((name) => ({
    use,
    name,
    options: { path: name, checksums: name === 'backups' },
  }))
  const verifiers = [{ use: 'archive', options: { read: 'attested', minBytes: 0 } }]
  await place.configure({ jobs: { shop: { database: '${DATABASE_URL}', storages, verifiers } } })
})

afterAll(() => place.remove())

async function show(): Promise<{
  verification: string
  copies: { verification: string }[]
  manifest: Manifest
}> {
  return JSON.parse((await place.run(['show', 'latest', '--json'])).stdout) as Awaited<
    ReturnType<typeof show>
  >
}

async function verify(...options: string[]): Promise<{ exitCode: number | undefined; verdicts: Verdict[] }> {
  const { exitCode, stdout } = await place.run(['verify', 'latest', '--json', ...options])
  return { exitCode, verdicts: (JSON.parse(stdout) as { verdicts: Verdict[] }).verdicts }
}

it('a storage that computes checksums is believed, and damage is found all the same', async () => {
  const backup = await place.run(['backup', '--json'])
  expect(backup.exitCode).toBe(0)
  expect(reportOf(backup).verdicts.map(({ storage, proves }) => [storage, proves])).toEqual([
    ['backups', 'attested'],
    // It computes nothing, so every byte was read.
    ['far', 'archive'],
  ])
  const { copies, manifest } = await show()
  expect(copies.map(({ verification }) => verification)).toEqual(['attested', 'archive'])
  const dump = manifest.objects.find(({ role }) => role === 'dump')
  expect(manifest.copies).toMatchObject([
    {
      storage: 'backups',
      plugin: 'troubled',
      createOnly: 'atomic',
      checksums: { [dump?.key ?? '']: { algorithm: 'crc32' } },
    },
    { storage: 'far', createOnly: 'atomic', checksums: {} },
  ])

  expect((await verify()).verdicts[0]).toMatchObject({ proves: 'attested', status: 'passed' })
  expect((await verify('--full')).verdicts[0]).toMatchObject({ proves: 'archive' })
  expect((await show()).verification).toBe('archive')

  const path = join(place.backups, dump?.key ?? '')
  const bytes = await readFile(path)
  bytes[1000] = (bytes[1000] ?? 0) ^ 1
  await writeFile(path, bytes)
  const damaged = await verify()
  expect(damaged.exitCode).toBe(5)
  expect(damaged.verdicts[0]).toMatchObject({ proves: 'attested', status: 'failed' })
  expect((await show()).copies.map(({ verification }) => verification)).toEqual(['failed', 'archive'])
})
