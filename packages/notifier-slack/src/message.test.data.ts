import type { Message } from '@holdfast/message'

/** A message with everything that one can have. */
export const wholeMessage: Message = {
  subject: 'shop: backup partial, not in s3',
  job: 'shop',
  state: 'backup partial',
  tone: 'warning',
  test: false,
  sentence: 'The backup was stored, but not all of it is well.',
  problem: {
    where: 'stage store, s3',
    message: 'the bucket "acme_backups" took no more than 12 parts\nand said: <SlowDown>',
    hint: 'Run `holdfast doctor shop --storage s3`, and look at @here & there.',
    code: 'STORAGE_THROTTLED',
  },
  facts: [
    { term: 'Backup file', text: 'shop_full_20261122_030000.dump.zst' },
    { term: 'File size', text: '96 MB, 3% larger than usual (93 MB)' },
    { term: 'Verification', text: 'PASSED: archive', tone: 'good' },
    { term: 'Upload', text: 'FAILED in s3, successful in local', tone: 'warning' },
  ],
  sections: [
    {
      title: 'Storages',
      lines: [
        { name: 'local', tone: 'good', state: 'stored', text: '96 MB, /var/backups/shop' },
        { name: 's3', tone: 'bad', state: 'failed', text: 'the bucket took no more' },
        { name: 'tape', tone: 'neutral', state: 'skipped', text: '' },
      ],
    },
  ],
  sizes: {
    bars: [0.25, 0.5, 0.75, 1].map((share, index) => ({
      startedAt: `2026-11-${19 + index}T03:00:00.000Z`,
      bytes: share * 96_000_000,
      share,
      current: index === 3,
    })),
    summary: '4 backups since 2026-11-19, from 24 MB to 96 MB',
  },
  warnings: ['the clocks are 3 s apart', 'public.*: 2 tables are without a primary key'],
  commands: [
    { purpose: 'To look further', command: 'holdfast show 4f1c09a2b3cd' },
    {
      purpose: 'To restore this backup',
      command: 'holdfast restore 4f1c09a2b3cd --to "$TARGET_DATABASE_URL"',
    },
  ],
  at: '2026-11-22 03:06 UTC',
  reference: { event: 'backup.partial', id: '018f3b1e-6f3c-4c1f-9d55-2f1d2a0f7c11' },
}
