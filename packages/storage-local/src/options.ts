import { optionsFrom } from '@holdfast/plugin'
import { z } from 'zod'

export interface LocalOptions {
  /** The directory. Relative to the configuration file. */
  path: string
  /** A directory at or above `path` that must be a mount point whenever the storage is used. */
  mount?: string | undefined
}

const directory = z
  .string()
  .min(1, 'must not be empty')
  .refine((path) => !path.includes('\0'), 'must not contain a NUL character')
  .refine((path) => !/^~(?:$|\/)/.test(path), 'is taken literally: write ${HOME} instead of ~')

const schema = z.strictObject({
  path: directory.describe(
    'The directory for the backups, relative to the configuration file. It is made on first use if the directory above it is there.',
  ),
  mount: directory
    .optional()
    .describe(
      'A directory at or above path that must be a mount point, so that nothing is written to the disk below it while the real one is not mounted.',
    ),
})

export const parseOptions: (input: unknown) => LocalOptions = optionsFrom(schema)

export function optionsSchema(): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' })
}
