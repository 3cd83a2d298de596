import type { ConfigInput } from './schema.ts'

/** Types a configuration that is written in TypeScript or JavaScript; gives it back as it is. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config
}
