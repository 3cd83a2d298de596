import { createHash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

const here = place()

export interface PrivateDirectory {
  path: string
  /** Twice is fine. Never rejects. */
  remove(): Promise<void>
}

/**
 * A directory of mode 0700 where temporary files go, for what must not outlive the process that needs it: passwords,
 * decoded dumps. Those of processes that were killed before they could remove theirs, whatever their purpose, are
 * removed on the way.
 *
 * @param purpose a word of lower-case letters for its name
 */
export async function makePrivateDirectory(purpose: string): Promise<PrivateDirectory> {
  await sweep()
  const path = await mkdtemp(join(tmpdir(), `holdfast-${purpose}-${here}-${process.pid}-`))
  return { path, remove: () => removeQuietly(path) }
}

// Containers may share a temporary directory, and a process of another one must not be taken for dead.
function place(): string {
  let namespace = ''
  try {
    namespace = readlinkSync('/proc/self/ns/pid')
  } catch {
    // Only Linux has it; elsewhere the host name has to do.
  }
  return createHash('sha256').update(`${hostname()} ${namespace}`).digest('hex').slice(0, 8)
}

async function sweep(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => [])
  const abandoned = names.filter((name) => {
    const pid = new RegExp(`^holdfast-[a-z]+-${here}-(\\d+)-\\w{6}$`).exec(name)?.[1]
    return pid !== undefined && !isAlive(Number(pid))
  })
  await Promise.all(abandoned.map((name) => removeQuietly(join(tmpdir(), name))))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

// Another user's directory can't be removed and is not ours to remove.
async function removeQuietly(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined)
}
