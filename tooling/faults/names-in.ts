import { readdirSync } from 'node:fs'

/** The path of everything below a directory, from there; none where it is gone, as it may be while a run works in it. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
  } catch {
    return []
  }
}
