import { randomBytes } from 'node:crypto'
import { invalidKey } from './errors.ts'

/** What file systems take for one name, in bytes. */
const nameBytes = 255
const partialMark = /^\.(.*)\.[0-9a-f]{12}\.partial$/s

/** The names that a key consists of, the file's last; refuses every key that could not be stored as it is. */
export function partsOf(key: string): string[] {
  const parts = key.split('/')
  for (const part of parts) {
    const why = unusable(part)
    if (why !== undefined) throw invalidKey(key, why)
  }
  return parts
}

export function isUsable(name: string): boolean {
  return unusable(name) === undefined
}

function unusable(name: string): string | undefined {
  if (name === '') return 'is empty, or has an empty part'
  if (name === '.' || name === '..') return `has ${name} as a part`
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'has a control character in it'
  if (name.includes('\\')) return 'has a backslash in it'
  if (!name.isWellFormed()) return 'has half a character in it'
  if (Buffer.byteLength(name) > nameBytes) return `has a part of more than ${nameBytes} bytes`
  if (isPartial(name)) return 'has the form of an unfinished file'
  return undefined
}

/** A name in the same directory for what is not finished; never a usable name itself. */
export function partialName(name: string): string {
  const id = randomBytes(6).toString('hex')
  return `.${startOf(name, nameBytes - `..${id}.partial`.length)}.${id}.partial`
}

/** Names that begin with a dot and end in .partial are this storage's own. */
export function isPartial(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.partial')
}

/** The name that an unfinished file was to get, or as much of it as fitted; undefined for files that nobody here made. */
export function finishedName(name: string): string | undefined {
  return partialMark.exec(name)?.[1]
}

function startOf(name: string, bytes: number): string {
  let start = name
  while (Buffer.byteLength(start) > bytes) start = start.slice(0, -1)
  return start.isWellFormed() ? start : start.slice(0, -1)
}
