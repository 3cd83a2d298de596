import { createHash } from 'node:crypto'
import type { Checksum, CopyFacts, Manifest } from '@holdfast/plugin'
import { memoryStorage } from '@holdfast/testkit'
import { describe, expect, it } from 'vitest'
import { attest } from './attest.ts'
import { manifestOf } from './fixtures.test.ts'
import { parseManifest, serializeManifest } from './manifest.ts'
import { backupBase } from './keys.ts'

const { signal } = new AbortController()
const startedAt = new Date('2026-11-22T03:00:00Z')
const plain = manifestOf(startedAt)
const key = plain.objects[0]!.key
const content = Buffer.from('dump')
/** Of those four bytes. */
const crc32 = { algorithm: 'crc32', value: '9a3a0b1c' } as const

function manifestWith(...copies: [storage: string, checksum?: Checksum][]): Manifest {
  return manifestOf(startedAt, {
    copies: copies.map(([storage, checksum]): CopyFacts => {
      return { storage, plugin: 'memory', checksums: checksum === undefined ? {} : { [key]: checksum } }
    }),
  })
}

async function ask(manifest: Manifest, algorithm?: Checksum['algorithm'], bytes = content) {
  const storage = memoryStorage(() => startedAt, algorithm === undefined ? {} : { checksum: algorithm })
  storage.objects.set(key, { bytes, modifiedAt: startedAt })
  return attest({ name: 'far', plugin: 'memory', instance: storage }, manifest, 'dump', signal)
}

/** What the storage says of the four bytes. */
const said = async (algorithm: Checksum['algorithm']): Promise<Checksum> =>
  (await ask(manifestWith(['far', { algorithm, value: '' }]), algorithm))!.checksum

describe('attest', () => {
  it('agrees where the storage has the same checksum as it had then', async () => {
    const checksum = await said('crc32')
    const attestation = await ask(manifestWith(['far', checksum]), 'crc32')
    expect(attestation).toEqual({ bytes: 4, checksum, matches: true })
  })

  it('disagrees on any other bytes', async () => {
    const manifest = manifestWith(['far', await said('crc32')])
    for (const bytes of ['dum', 'dumb', 'dumps', ''])
      expect(await ask(manifest, 'crc32', Buffer.from(bytes))).toMatchObject({ matches: false })
  })

  it('disagrees on another length, whatever the checksum', async () => {
    const [object] = plain.objects
    const checksum = await said('crc32')
    const longer = { ...manifestWith(['far', checksum]), objects: [{ ...object!, bytes: 5 }] }
    expect(await ask(longer, 'crc32')).toMatchObject({ matches: false })
  })

  it('takes the word of another storage, which was sent the same bytes, if it is of the same kind', async () => {
    const checksum = await said('crc32c')
    expect(await ask(manifestWith(['near', checksum], ['far']), 'crc32c')).toMatchObject({ matches: true })
    expect(await ask(manifestWith(['near', crc32]), 'crc32c')).toBeUndefined()
  })

  it('prefers its own word', async () => {
    const checksum = await said('crc32')
    const wrong = { ...checksum, value: '00000000' }
    expect(await ask(manifestWith(['near', wrong], ['far', checksum]), 'crc32')).toMatchObject({
      matches: true,
    })
  })

  it('compares a sha256 with the one that every manifest has', async () => {
    expect(await ask(plain, 'sha256')).toEqual({
      bytes: 4,
      checksum: { algorithm: 'sha256', value: createHash('sha256').update(content).digest('hex') },
      matches: true,
    })
    expect(await ask(plain, 'sha256', Buffer.from('dumb'))).toMatchObject({ matches: false })
  })

  it('says nothing where one of both is not known', async () => {
    expect(await ask(plain, 'crc32')).toBeUndefined()
    expect(await ask(manifestWith(['far', crc32]))).toBeUndefined()
    const empty = { name: 'far', plugin: 'memory', instance: memoryStorage() }
    expect(await attest(empty, manifestWith(['far', crc32]), 'dump', signal)).toBeUndefined()
  })
})

it('is kept in the manifest, with words of later versions', () => {
  const manifest = manifestWith(['far', { algorithm: 'blake3' as 'crc32', value: 'ab' }])
  const base = backupBase('shop', manifest.name, startedAt)
  expect(parseManifest(serializeManifest(manifest).toString(), base).copies).toEqual(manifest.copies)
})
