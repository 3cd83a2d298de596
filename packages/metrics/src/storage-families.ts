import { seconds, type Family, type Sample } from './family.ts'
import type { StorageState } from './state.ts'
import type { NewestFacts, StorageFacts } from './storage-facts.ts'

/** What is known of jobs in each of their storages. */
export const storageFamilies: readonly Family[] = [
  ofFacts(
    'holdfast_last_success_timestamp_seconds',
    'When the newest backup was started that is neither damaged nor suspect; 0 where there is none.',
    ({ lastSuccessAt }) => (lastSuccessAt === undefined ? 0 : seconds(lastSuccessAt)),
  ),
  ofFacts(
    'holdfast_last_verified_timestamp_seconds',
    'When the newest backup was started that a verifier has seen whole; 0 where there is none.',
    ({ lastVerifiedAt }) => (lastVerifiedAt === undefined ? 0 : seconds(lastVerifiedAt)),
  ),
  ofFacts(
    'holdfast_last_verification_timestamp_seconds',
    'When a verifier last looked at any backup; 0 where none has.',
    ({ lastVerificationAt }) => (lastVerificationAt === undefined ? 0 : seconds(lastVerificationAt)),
  ),
  ofFacts(
    'holdfast_last_success_age_seconds',
    'How old the newest backup is that is neither damaged nor suspect.',
    ({ lastSuccessAt }, now) => ageOf(lastSuccessAt, now),
  ),
  ofFacts(
    'holdfast_last_verified_age_seconds',
    'How old the newest backup is that a verifier has seen whole.',
    ({ lastVerifiedAt }, now) => ageOf(lastVerifiedAt, now),
  ),
  {
    name: 'holdfast_backups',
    help: 'Backups that are there, by what is known of them.',
    type: 'gauge',
    labels: ['storage', 'state'],
    samples: ({ storages }) =>
      [...storages].flatMap(([storage, { facts }]) =>
        facts === undefined
          ? []
          : (['verified', 'unverified', 'suspect', 'bad'] as const).map((state) => ({
              labels: { storage, state },
              value: facts[state],
            })),
      ),
  },
  ofFacts('holdfast_backups_bytes', 'What all backups take together, in bytes.', ({ bytes }) => bytes),
  ofNewest('holdfast_last_backup_bytes', 'What the newest backup takes, in bytes.', ({ bytes }) => bytes),
  ofNewest(
    'holdfast_last_backup_raw_bytes',
    'The length of the newest dump before compression, in bytes.',
    ({ rawBytes }) => rawBytes,
  ),
  ofNewest(
    'holdfast_last_backup_typical_bytes',
    'The median of what the ten good backups before the newest take, in bytes; absent with fewer than three.',
    ({ typicalBytes }) => typicalBytes,
  ),
  ofNewest('holdfast_last_backup_tables', 'Tables in the newest backup.', ({ tables }) => tables),
  ofNewest(
    'holdfast_last_backup_rows',
    'Rows in the newest backup, where they were counted.',
    ({ rows }) => rows,
  ),
  ofNewest(
    'holdfast_last_backup_suspect',
    'Whether the newest backup does not look like those before it, and nobody has accepted it: 1 or 0.',
    ({ suspect }) => Number(suspect),
  ),
  {
    name: 'holdfast_last_backup_verdict',
    help: 'What each verifier last said of the newest backup: always 1.',
    type: 'gauge',
    labels: ['storage', 'verifier', 'proves', 'status'],
    samples: ({ storages }) =>
      [...storages].flatMap(([storage, { facts }]) =>
        (facts?.newest?.verdicts ?? []).map(({ verifier, proves, status }) => ({
          labels: { storage, verifier, proves, status },
          value: 1,
        })),
      ),
  },
  ofStorage('holdfast_storage_up', 'Whether the storage answered when it was last asked: 1 or 0.', ({ up }) =>
    up === undefined ? undefined : Number(up),
  ),
  ofStorage(
    'holdfast_storage_free_bytes',
    'Room that is left, in bytes, where the storage can tell.',
    ({ freeBytes }) => freeBytes,
  ),
  ofStorage(
    'holdfast_storage_limit_bytes',
    'What all backups of the job may take, in bytes, as limitBytes says; absent where it says nothing.',
    ({ limitBytes }) => limitBytes,
  ),
  ofStorage(
    'holdfast_last_prune_frozen',
    'Whether the last run deleted nothing because the newest backup is not good: 1 or 0.',
    ({ lastPrune }) => (lastPrune === undefined ? undefined : Number(lastPrune.frozen)),
  ),
  ofStorage(
    'holdfast_last_prune_errors',
    'How many backups and leftovers could not be deleted the last time.',
    ({ lastPrune }) => lastPrune?.errors,
  ),
]

function ageOf(moment: Date | undefined, now: Date | undefined): number | undefined {
  if (moment === undefined || now === undefined) return undefined
  return (now.getTime() - moment.getTime()) / 1000
}

function ofStorage(
  name: string,
  help: string,
  valueOf: (state: StorageState, now: Date | undefined) => number | undefined,
): Family {
  return {
    name,
    help,
    type: 'gauge',
    labels: ['storage'],
    samples: ({ storages }, now) =>
      [...storages].flatMap(([storage, state]): Sample[] => {
        const value = valueOf(state, now)
        return value === undefined ? [] : [{ labels: { storage }, value }]
      }),
  }
}

function ofFacts(
  name: string,
  help: string,
  valueOf: (facts: StorageFacts, now: Date | undefined) => number | undefined,
): Family {
  return ofStorage(name, help, ({ facts }, now) => (facts === undefined ? undefined : valueOf(facts, now)))
}

function ofNewest(name: string, help: string, valueOf: (newest: NewestFacts) => number | undefined): Family {
  return ofFacts(name, help, ({ newest }) => (newest === undefined ? undefined : valueOf(newest)))
}
