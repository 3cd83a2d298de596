import { z } from 'zod'
import type { JsonSchema } from './schema-keys.ts'
import { configSchema } from './schema.ts'

/** The configuration as a JSON Schema of draft 7: what may be written, with meanings and defaults. */
export function configJsonSchema(): JsonSchema {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' })
}
