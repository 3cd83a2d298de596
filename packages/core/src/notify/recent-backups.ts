import { listBackups, type Backup } from '../backups.ts'
import type { Job } from '../job.ts'

/** So many of a job's newest manifests are read at most. */
const most = 60

/** The newest backups of a job in the first storage that can be read, newest first. */
export async function recentBackups({ name, storages }: Job, signal: AbortSignal): Promise<Backup[]> {
  const failures: unknown[] = []
  for (const storage of storages) {
    try {
      return await listBackups([storage], name, signal, { newest: most })
    } catch (error) {
      signal.throwIfAborted()
      failures.push(error)
    }
  }
  throw failures[0]
}
