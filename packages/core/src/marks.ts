import type { Backup } from './backups.ts'
import type { JobStorage } from './job.ts'
import { accept, protect, unprotect } from './records.ts'
import type { StoredBackup } from './stored-backup.ts'

interface MarkOptions {
  storages: readonly JobStorage[]
  now: Date
  signal: AbortSignal
}

/** Keeps every copy of a backup whatever the retention says. */
export async function protectBackup(backup: Backup, { storages, now, signal }: MarkOptions): Promise<void> {
  await eachCopy(backup, storages, ({ instance }, { base }) => protect(instance, base, now, signal))
}

export async function unprotectBackup(backup: Backup, { storages, signal }: MarkOptions): Promise<void> {
  await eachCopy(backup, storages, ({ instance }, { base }) => unprotect(instance, base, signal))
}

/** Takes a suspect backup as the new measure for those that follow; retention thaws. */
export async function acceptBackup(backup: Backup, { storages, now, signal }: MarkOptions): Promise<void> {
  await eachCopy(backup, storages, ({ instance }, { base }) => accept(instance, base, now, signal))
}

async function eachCopy(
  backup: Backup,
  storages: readonly JobStorage[],
  mark: (storage: JobStorage, copy: StoredBackup) => Promise<void>,
): Promise<void> {
  for (const copy of backup.copies) {
    const storage = storages.find((one) => one.name === copy.storage)
    if (storage !== undefined) await mark(storage, copy)
  }
}
