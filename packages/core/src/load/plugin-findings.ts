import type { PluginKind } from '@holdfast/plugin'
import type { Finding } from '../config/problems.ts'
import { isRecord } from '../config/tree.ts'
import type { ConfigOrigin, ConfigPath } from '../config/types.ts'
import { createRedactor } from '../wrap/redact.ts'
import type { PluginHost } from './locate.ts'
import { parseOptions } from './options.ts'
import { loadPlugin } from './plugin.ts'

const lists: Readonly<Record<string, PluginKind>> = {
  storages: 'storage',
  verifiers: 'verifier',
  notifiers: 'notifier',
}

/**
 * What the plugins have against their options in a configuration that is refused anyway, so that everything that is
 * wrong is told at once. A plugin that can not be loaded says so later, once the rest is right.
 *
 * @param value the configuration as it was read; nothing about its form is taken for granted
 */
export async function pluginFindings(
  value: unknown,
  origin: ConfigOrigin,
  { host, secrets }: { host: PluginHost; secrets: readonly string[] },
): Promise<Finding[]> {
  const redactor = createRedactor()
  for (const secret of secrets) redactor.add(secret)
  const found = await Promise.all(
    uses(value).map(async ({ kind, use, options, path }) => {
      try {
        const plugin = await loadPlugin(kind, use, { baseDirectory: origin.baseDirectory, host })
        const parsed = parseOptions(plugin, options, path, origin)
        return parsed.ok ? [] : parsed.findings
      } catch {
        return []
      }
    }),
  )
  return found.flat().map((finding) => ({ ...finding, message: redactor.text(finding.message) }))
}

interface Use {
  kind: PluginKind
  use: string
  options: unknown
  path: ConfigPath
}

function uses(value: unknown): Use[] {
  const jobs = isRecord(value) && isRecord(value['jobs']) ? Object.entries(value['jobs']) : []
  return jobs.flatMap(([name, job]) =>
    Object.entries(lists).flatMap(([list, kind]) => {
      const plugins: unknown = isRecord(job) ? job[list] : undefined
      if (!Array.isArray(plugins)) return []
      return plugins.flatMap((plugin: unknown, index): Use[] => {
        if (!isRecord(plugin) || typeof plugin['use'] !== 'string') return []
        const path = ['jobs', name, list, index, 'options']
        return [{ kind, use: plugin['use'], options: plugin['options'], path }]
      })
    }),
  )
}
