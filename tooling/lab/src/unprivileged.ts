import { readFileSync } from 'node:fs'

export interface Identity {
  uid: number
  gid: number
}

/** PostgreSQL refuses to run as root: the user to run it as instead, or undefined for anyone else than root. */
export function unprivilegedIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('Running as root, and there is no user "postgres" or "nobody" to run PostgreSQL as.')
}
