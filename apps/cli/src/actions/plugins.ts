import { createRedactor, loadPlugin, type Config, type JobConfig } from '@holdfast/core'
import { apiVersion, exitCodeOf, type PluginKind, type ReportedError } from '@holdfast/plugin'
import { readFoundConfig } from '../configured.ts'
import { host } from '../host.ts'
import type { Context } from '../context.ts'
import { renderPlugins } from '../render/plugins.ts'

/** A plugin that a configuration uses, or that comes with Holdfast. */
export interface ListedPlugin {
  kind: PluginKind
  /** As the configuration has it. */
  use: string
  /** True where it needs no installation of its own. */
  included: boolean
  /** The jobs that use it. */
  jobs: string[]
  status: 'ready' | 'failed'
  error?: ReportedError
}

const included: readonly { kind: PluginKind; use: string }[] = [
  { kind: 'storage', use: 'local' },
  { kind: 'verifier', use: 'archive' },
  { kind: 'verifier', use: 'size' },
]

export async function plugins(options: { config?: string | undefined }, context: Context): Promise<number> {
  const { stdout, json, directory } = context
  const config = await readFoundConfig(options.config, context)
  const wanted = [...included, ...usedBy(config)].filter(
    (one, index, all) => all.findIndex(({ kind, use }) => kind === one.kind && use === one.use) === index,
  )
  const from = { baseDirectory: config?.origin.baseDirectory ?? directory, host }
  const listed = await Promise.all(
    wanted.map(async ({ kind, use }): Promise<ListedPlugin> => {
      const plugin = {
        kind,
        use,
        included: included.some((one) => one.kind === kind && one.use === use),
        jobs: (config?.jobs ?? []).filter((job) => uses(job, kind).includes(use)).map(({ name }) => name),
      }
      try {
        await loadPlugin(kind, use, from)
        return { ...plugin, status: 'ready' }
      } catch (error) {
        return { ...plugin, status: 'failed', error: createRedactor().error(error) }
      }
    }),
  )
  if (json)
    stdout.write(`${JSON.stringify({ schemaVersion: 1, command: 'plugins', apiVersion, plugins: listed })}\n`)
  else stdout.write(`${renderPlugins(listed, stdout.look)}\n`)
  const broken = listed.find(({ error }) => error !== undefined)?.error
  return broken === undefined ? 0 : exitCodeOf(broken.code)
}

function usedBy(config: Config | undefined): { kind: PluginKind; use: string }[] {
  const kinds: PluginKind[] = ['storage', 'verifier', 'notifier']
  return (config?.jobs ?? []).flatMap((job) =>
    kinds.flatMap((kind) => uses(job, kind).map((use) => ({ kind, use }))),
  )
}

function uses(job: JobConfig, kind: PluginKind): string[] {
  const lists = { storage: job.storages, verifier: job.verifiers, notifier: job.notifiers }
  return lists[kind].map(({ use }) => use)
}
