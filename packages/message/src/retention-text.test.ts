import type { ReportedRetention } from '@holdfast/plugin'
import { expect, it } from 'vitest'
import { retentionText } from './retention-text.ts'

function of(storage: string, deleted: string[], kept: number): ReportedRetention {
  return { storage, deleted, kept, orphans: 0, errors: [] }
}

it.each([
  [[of('local', ['a', 'b'], 12)], '2 deleted, 12 kept'],
  [[of('local', [], 1)], '1 backup kept'],
  [[of('local', ['a'], 7), of('s3', [], 90)], 'local: 1 deleted, 7 kept; s3: 90 backups kept'],
])('tells each storage by itself', (retention, text) => expect(retentionText(retention)).toBe(text))
