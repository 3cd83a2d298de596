import type { Verdict } from '@holdfast/plugin'

/** What each verifier found, in one line; a storage is named only where another one came off otherwise. */
export function verdictsLine(verdicts: readonly Verdict[]): string {
  const byVerifier = Map.groupBy(verdicts, ({ verifier }) => verifier)
  return [...byVerifier].map(([verifier, those]) => `${verifier} ${outcomeOf(those)}`).join(', ')
}

function outcomeOf(verdicts: readonly Verdict[]): string {
  const byStatus = [...Map.groupBy(verdicts, ({ status }) => status)]
  if (byStatus.length > 1) {
    return byStatus
      .map(([status, those]) => `${status} in ${those.map(({ storage }) => storage).join(' and ')}`)
      .join(', ')
  }
  const status = byStatus[0]?.[0] ?? 'skipped'
  return verdicts.length > 1 ? `${status} in ${verdicts.length} storages` : status
}
