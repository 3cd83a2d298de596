import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Address, parameterOf } from './address.ts'

/** What is wrong with the password file that libpq would read for this address; it ignores one that others may read. */
export async function passwordFileWarnings(
  address: Address,
  environment: NodeJS.ProcessEnv,
): Promise<string[]> {
  if (address.password !== undefined) return []
  const path = parameterOf(address, 'passfile') ?? join(environment['HOME'] ?? homedir(), '.pgpass')
  const mode = await stat(path).then(
    (found) => found.mode,
    () => 0,
  )
  if ((mode & 0o077) === 0) return []
  return [`The password file ${path} may be read by others, so libpq ignores it: chmod 600 ${path}.`]
}
