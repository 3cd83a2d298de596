import { z } from 'zod'

/** The level where only the algorithm is given. */
export const defaultLevels = { zstd: 1, gzip: 6 }

export const compression = z.union([
  z.enum(['zstd', 'gzip', 'none']),
  z.discriminatedUnion('algorithm', [
    z.strictObject({
      algorithm: z.literal('zstd'),
      level: z
        .int()
        .min(1)
        .max(22)
        .default(defaultLevels.zstd)
        .describe('From 1, the fastest, to 22, the smallest.'),
    }),
    z.strictObject({
      algorithm: z.literal('gzip'),
      level: z
        .int()
        .min(1)
        .max(9)
        .default(defaultLevels.gzip)
        .describe('From 1, the fastest, to 9, the smallest.'),
    }),
    z.strictObject({ algorithm: z.literal('none') }),
  ]),
])
