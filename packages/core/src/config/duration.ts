const unitsMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** A length of time as it is written: one whole number, and its unit behind it. `90m`, `36h`, `8d`, `2w`. */
export const durationPattern: RegExp = /^[1-9]\d{0,4}[mhdw]$/

/** A length of time that has the pattern, in milliseconds. */
export function durationMs(text: string): number {
  const unit = text.slice(-1) as keyof typeof unitsMs
  return Number(text.slice(0, -1)) * unitsMs[unit]
}
