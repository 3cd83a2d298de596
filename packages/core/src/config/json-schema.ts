import { z } from 'zod'
import type { JsonSchema } from './schema-keys.ts'
import { configSchema } from './schema.ts'

/** The configuration as a JSON Schema: what may be written, with meanings and defaults. */
export function configJsonSchema(): JsonSchema {
  return z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // What any whole number is limited to is not worth telling.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  })
}
