import type { ReportedRetention } from '@holdfast/plugin'
import { cleanLine } from './clean.ts'
import { formatCount } from './units.ts'

/**
 * What retention did in each storage, on one line: `1 deleted, 12 kept`. With several storages each is named, since the same
 * backup may lie in all of them.
 */
export function retentionText(retention: readonly ReportedRetention[]): string {
  const several = retention.length > 1
  return retention
    .map(({ storage, deleted, kept }) => {
      const done = deleted.length === 0 ? formatCount(kept, 'backup') : `${deleted.length} deleted, ${kept}`
      return `${several ? `${cleanLine(storage, 60)}: ` : ''}${done} kept`
    })
    .join('; ')
}
