import { z } from 'zod'

/** Timers of Node count in 31 bits; a longer one would fire at once. */
export const maxTimeoutMs = 2_147_483_647

export const text = z.string().min(1)
export const count = z.int().min(1)
export const timeoutMs = z.int().min(1).max(maxTimeoutMs)
