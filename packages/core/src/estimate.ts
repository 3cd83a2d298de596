import type { BackupKind, Compression, TableFacts } from '@holdfast/plugin'

/** So many times smaller than its tables with their indexes a compressed dump is taken to be. */
const usualRatio = 4

/** Nothing larger is guessed: a storage that holds parts in memory would hold as much for nothing. */
const mostBytes = 128e9

/**
 * About how long the first dump of its kind will be as it is stored, in bytes, so that a storage can choose its parts.
 * Undefined where the tables say nothing of it. Later ones go by the dump before them.
 */
export function guessStoredBytes(
  tables: readonly TableFacts[],
  { kind, compression }: { kind: BackupKind; compression: Compression },
): number | undefined {
  if (kind === 'schema') return undefined
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0)
  return Math.min(Math.round(compression.algorithm === 'none' ? bytes : bytes / usualRatio), mostBytes)
}
