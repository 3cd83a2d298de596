import type { Backup } from '@holdfast/core'
import { HoldfastError, type Manifest } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { renderBackups } from './backup-table.ts'
import { plain } from './look.ts'
import { goodReport } from './report.test.data.ts'
import { widthOf } from './text.ts'

const { backup } = goodReport
const manifest = {
  kind: 'full',
  label: 'pre-deploy',
  objects: backup?.objects,
  rows: backup?.rows,
} as unknown as Manifest

const copy = { storage: 'local' } as unknown as Backup['copies'][0]

const whole: Backup = {
  id: '4f1c09a2b3cd',
  name: 'shop_full_20261122_030000',
  job: 'shop',
  startedAt: new Date(2026, 10, 22, 3, 0),
  manifest,
  copies: [copy, { ...copy, storage: 'bucket' }],
  verification: 'archive',
  suspect: false,
  protected: true,
}
const { manifest: _manifest, ...unreadable } = whole
const invalid: Backup = {
  ...unreadable,
  id: unreadable.name,
  verification: 'invalid',
  protected: false,
  invalid: new HoldfastError('VERIFY_MANIFEST', 'cut short'),
}
const at = (columns: number) => renderBackups([whole, invalid], { columns, paint: plain }).split('\n')

describe('renderBackups', () => {
  it('has everything where there is room', () => {
    expect(at(140)).toEqual([
      'id            started           job   kind  label          size       rows  state               in             name',
      '4f1c09a2b3cd  2026-11-22 03:00  shop  full  pre-deploy    96 MB  1,203,441  archive, protected  local, bucket  shop_full_20261122_030000',
      '?             2026-11-22 03:00  shop                    0 bytes             invalid             local, bucket  shop_full_20261122_030000',
    ])
  })

  it('keeps id, time, size and state in 60 columns', () => {
    for (const word of ['4f1c09a2b3cd', '2026-11-22 03:00', '96 MB', 'archive, protected'])
      expect(at(60)[1]).toContain(word)
  })

  it('says where each of several backups is, by name or by number', () => {
    const copies = ['near', 'far', 'bucket'].map((storage) => ({ ...copy, storage }))
    const everywhere: Backup = { ...whole, protected: false, copies: copies as unknown as Backup['copies'] }
    const nearOnly: Backup = { ...everywhere, copies: [copies[0]!] }
    const ends = (columns: number) =>
      renderBackups([everywhere, nearOnly], { columns, paint: plain })
        .split('\n')
        .map((line) => line.split(/ {2,}/).at(-1))
    expect(ends(60)).toEqual(['in', '3 of 3', '1 of 3'])
    expect(ends(80)).toEqual(['in', 'near, far, bucket', 'near'])
  })

  it('fits every terminal from 60 to 200 columns', () => {
    for (let columns = 60; columns <= 200; columns += 1) {
      for (const line of at(columns)) expect(widthOf(line)).toBeLessThanOrEqual(columns)
    }
  })
})
