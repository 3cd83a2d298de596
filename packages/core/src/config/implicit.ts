import { checked } from './check.ts'
import type { Environment } from './interpolate.ts'
import type { ConfigInput } from './schema.ts'
import { environmentSecrets } from './secrets.ts'
import type { Config } from './types.ts'

type JobInput = ConfigInput['jobs'][string]

/** What the command line says where there is no configuration file. */
export interface ImplicitJob {
  name: string
  /** Left out, the PG* variables say it. */
  database?: string | undefined
  storage: { use: string; name?: string; options: Record<string, unknown> }
  dump?: JobInput['dump']
  labels?: Record<string, string>
  /** age recipients; none leaves the job without encryption. */
  recipients?: readonly string[] | undefined
}

/** The configuration of one job that was never written down; plugins and relative paths are those of `baseDirectory`. */
export function implicitConfig(
  { name, database, storage, dump, labels, recipients = [] }: ImplicitJob,
  { baseDirectory, environment }: { baseDirectory: string; environment: Environment },
): Config {
  return checked({
    value: {
      jobs: {
        [name]: {
          ...(database !== undefined && { database }),
          ...(dump !== undefined && { dump }),
          ...(labels !== undefined && { labels }),
          ...(recipients.length > 0 && { encryption: { recipients } }),
          storages: [storage],
        },
      },
    },
    origin: {
      file: 'command line',
      baseDirectory,
      positionOf: () => undefined,
      isInterpolated: () => false,
    },
    findings: [],
    missing: [],
    secrets: environmentSecrets(environment),
  })
}
