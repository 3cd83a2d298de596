import { randomBytes } from 'node:crypto'

/** A secret that is nowhere else by chance. */
export function canary(): string {
  return `kanari${randomBytes(8).toString('hex')}`
}

/** The canaries that a text shows, as they are or in base64. */
export function canariesIn(text: string, canaries: readonly string[]): string[] {
  const lower = text.toLowerCase()
  return canaries.filter((one) => lower.includes(one.toLowerCase()) || text.includes(inBase64(one)))
}

// Without its end, which depends on what comes after.
function inBase64(value: string): string {
  return Buffer.from(value).toString('base64').replace(/=+$/, '').slice(0, -1)
}
