import { createHash } from 'node:crypto'

/**
 * How much later than its time something starts, in milliseconds: whole seconds below `splayMs`, always the same for
 * the same name, and spread evenly over many names.
 */
export function splayOf(name: string, splayMs: number): number {
  const choices = Math.ceil(splayMs / 1000)
  if (choices <= 1) return 0
  return (createHash('sha256').update(name).digest().readUInt32BE(0) % choices) * 1000
}
