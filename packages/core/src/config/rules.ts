import { jobNamePattern } from './job-name.ts'
import { encryptionRules, signingRules } from './key-rules.ts'
import type { Finding } from './problems.ts'
import { isRecord } from './tree.ts'
import type { ConfigPath } from './types.ts'

/**
 * What must be true of more than one key at once. Looks at the configuration as it is written, and only at what has
 * the right type: the rest is reported already.
 */
export function brokenRules(value: unknown): Finding[] {
  const jobs = isRecord(value) && isRecord(value['jobs']) ? value['jobs'] : undefined
  if (jobs === undefined) return []
  const names = Object.keys(jobs)
  const firsts = new Map(names.toReversed().map((name) => [name.toLowerCase(), name]))
  return [
    ...(names.length === 0 ? [{ path: ['jobs'], message: 'needs at least one job' }] : []),
    ...names.flatMap((name) => nameRules(name, firsts)),
    ...Object.entries(jobs).flatMap(([name, job]) => (isRecord(job) ? jobRules(job, ['jobs', name]) : [])),
  ]
}

/** @param firsts the first of the names that differ only in case, by its lower-case form */
function nameRules(name: string, firsts: ReadonlyMap<string, string>): Finding[] {
  const at = { path: ['jobs', name], at: 'key' } as const
  if (!jobNamePattern.test(name)) {
    return [
      {
        ...at,
        message: 'is not the name of a job: letters, digits, dots, dashes and underscores, 100 at most',
      },
    ]
  }
  // Where file names ignore case, two such jobs would share a directory.
  const twin = firsts.get(name.toLowerCase())
  return twin === undefined || twin === name
    ? []
    : [{ ...at, message: `differs from the job ${twin} in upper and lower case only` }]
}

function jobRules(job: Record<string, unknown>, path: ConfigPath): Finding[] {
  const { dump, encryption, signing, storages, verifiers, notifiers } = job
  return [
    ...(isRecord(encryption) ? encryptionRules(encryption, [...path, 'encryption']) : []),
    ...(isRecord(signing) ? signingRules(signing, [...path, 'signing']) : []),
    ...(isRecord(dump) ? dumpRules(dump, [...path, 'dump']) : []),
    ...Object.entries({ storages, verifiers, notifiers }).flatMap(([key, plugins]) =>
      Array.isArray(plugins) ? pluginRules(plugins, [...path, key]) : [],
    ),
  ]
}

const kinds = ['full', 'schema', 'data', 'tables']

function dumpRules(dump: Record<string, unknown>, path: ConfigPath): Finding[] {
  const { kind = 'full', tables, globals, rowCounts } = dump
  if (typeof kind !== 'string' || !kinds.includes(kind)) return []
  const chosen = isRecord(tables)
    ? ['include', 'exclude'].filter((key) => Array.isArray(tables[key]) && tables[key].length > 0)
    : []
  const findings: Finding[] = []
  if (kind === 'tables' && chosen.length === 0) {
    findings.push({
      path: [...path, 'kind'],
      message: 'is tables, but tables.include and tables.exclude are empty',
    })
  }
  if (kind !== 'tables') {
    for (const key of chosen) {
      findings.push({
        path: [...path, 'tables', key],
        message: `needs kind: tables, and the kind is ${kind}`,
      })
    }
  }
  if (kind !== 'full' && globals === true) {
    findings.push({ path: [...path, 'globals'], message: `needs kind: full, and the kind is ${kind}` })
  }
  if (kind === 'schema' && rowCounts === true) {
    findings.push({
      path: [...path, 'rowCounts'],
      message: 'makes no sense with kind: schema, which has no rows',
    })
  }
  return findings
}

function pluginRules(plugins: readonly unknown[], path: ConfigPath): Finding[] {
  const names = plugins.map((plugin) => (isRecord(plugin) ? (plugin['name'] ?? plugin['use']) : undefined))
  return plugins.flatMap((plugin, index) => {
    if (!isRecord(plugin)) return []
    const inner = [...path, index]
    const { retention } = plugin
    return [
      ...(typeof names[index] === 'string' && names.indexOf(names[index]) < index
        ? [sameName(plugin, inner)]
        : []),
      ...(isRecord(retention) ? retentionRules(retention, [...inner, 'retention']) : []),
    ]
  })
}

function sameName(plugin: Record<string, unknown>, path: ConfigPath): Finding {
  if (plugin['name'] !== undefined)
    return { path: [...path, 'name'], message: 'is the name of another one above' }
  return { path: [...path, 'use'], message: 'is used above as well; give each a name of its own with `name`' }
}

const keepRules = ['days', 'last', 'daily', 'weekly', 'monthly', 'yearly']

// A policy that keeps nothing in particular could be meant as "keep all" or as "keep none".
function retentionRules(retention: Record<string, unknown>, path: ConfigPath): Finding[] {
  const { labels } = retention
  const policies: [Record<string, unknown>, ConfigPath][] = isRecord(labels)
    ? Object.entries(labels).flatMap(([label, policy]) =>
        isRecord(policy)
          ? [[policy, [...path, 'labels', label]] as [Record<string, unknown>, ConfigPath]]
          : [],
      )
    : []
  if (!isRecord(labels) || retention['minKeep'] !== undefined) policies.unshift([retention, path])
  return policies
    .filter(([policy]) => !keepRules.some((rule) => policy[rule] !== undefined))
    .map(([, at]) => ({
      path: at,
      message: `needs at least one of ${keepRules.join(', ')}; leave it out to keep everything`,
    }))
}
