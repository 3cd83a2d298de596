import { stat } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HoldfastError, type PluginKind } from '@holdfast/plugin'
import { suggest } from '../config/suggest.ts'

/** An app that plugins are loaded for. */
export interface PluginHost {
  /** Its `import.meta.url`: what is installed beside it is found as well. */
  url: string
  /** How to import those that come with it, by the names of their packages. */
  included?: Readonly<Record<string, () => Promise<object>>>
}

/** Where plugins are looked for. */
export interface LoadFrom {
  /** First as if imported by a module in this directory: that of the configuration, or the working directory. */
  baseDirectory: string
  /** Then, for those that Holdfast publishes, among what comes with the app, and beside it. */
  host: PluginHost
}

/** A plugin's module that is certain to be there. */
export interface Located {
  /** Its URL, or the name of its package where it comes with the app. */
  place: string
  load: () => Promise<object>
}

/** The short names of the plugins that Holdfast publishes, for suggestions only. */
const published: Readonly<Record<PluginKind, readonly string[]>> = {
  storage: ['local', 's3', 'gcs'],
  verifier: ['archive', 'size', 'restore'],
  notifier: ['smtp', 'ses', 'slack', 'webhook'],
}

/** What a `use` means: a path, or the name of a package. */
function specifierOf(kind: PluginKind, use: string): { path: string } | { packageName: string } {
  if (/^\.{1,2}\//.test(use) || isAbsolute(use)) return { path: use }
  if (/[@/.]/.test(use) || use.startsWith('holdfast-')) return { packageName: use }
  return { packageName: `@holdfast/${kind}-${use}` }
}

/** Finds the module that a `use` means; PLUGIN_NOT_FOUND where it is not installed. */
export async function locate(kind: PluginKind, use: string, from: LoadFrom): Promise<Located> {
  const specifier = specifierOf(kind, use)
  if ('path' in specifier) return at(await locateFile(resolve(from.baseDirectory, specifier.path)))

  const { packageName } = specifier
  const beside = pathToFileURL(join(from.baseDirectory, 'holdfast.config.js')).href
  const isOurs = packageName.startsWith('@holdfast/')
  const failures: unknown[] = []
  const installed = (parentUrl: string): Located | undefined => {
    try {
      return at(resolveFrom(packageName, parentUrl))
    } catch (error) {
      failures.push(error)
      return undefined
    }
  }
  const found =
    installed(beside) ?? (isOurs ? (included(packageName, from.host) ?? installed(from.host.url)) : undefined)
  if (found !== undefined) return found
  const broken = failures.find((error) => !isMissing(error))
  if (broken !== undefined) {
    throw new HoldfastError(
      'PLUGIN_INVALID',
      `${packageName} can't be imported: ${(broken as Error).message}`,
      {
        cause: broken,
      },
    )
  }
  const where = isOurs ? `${from.baseDirectory} nor beside Holdfast itself` : from.baseDirectory
  const message = `the package ${packageName} is installed neither in ${where}`
  throw new HoldfastError(
    'PLUGIN_NOT_FOUND',
    isOurs ? message : message.replace('installed neither', 'not installed'),
    {
      hint: await hintFor(kind, use, packageName, from),
      cause: failures[0],
    },
  )
}

function at(url: string): Located {
  return { place: url, load: () => import(url) as Promise<object> }
}

function included(packageName: string, { included = {} }: PluginHost): Located | undefined {
  const load = Object.hasOwn(included, packageName) ? included[packageName] : undefined
  return load && { place: packageName, load }
}

async function locateFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile()) return pathToFileURL(path).href
  throw new HoldfastError(
    'PLUGIN_NOT_FOUND',
    found === undefined ? `there is no file ${path}` : `${path} is not a file`,
    {
      hint: 'Write the path of the module with its extension, relative to the configuration.',
    },
  )
}

/**
 * Resolves a package as an import in the module `parentUrl` would, with the conditions and hooks of this process.
 * Node has no function for that: import.meta.resolve ignores other parents, and require.resolve does not see packages
 * that can only be imported.
 */
function resolveFrom(packageName: string, parentUrl: string): string {
  const asked = `holdfast-plugin:${packageName}`
  const hook = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === asked
        ? next(packageName, { ...context, parentURL: parentUrl })
        : next(specifier, context),
  })
  try {
    return import.meta.resolve(asked)
  } finally {
    hook.deregister()
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_INVALID_MODULE_SPECIFIER'
}

async function hintFor(kind: PluginKind, use: string, packageName: string, from: LoadFrom): Promise<string> {
  const meant = packageName === use ? undefined : suggest(use, published[kind])
  if (meant !== undefined && meant !== use)
    return `Did you mean \`${meant}\`? Otherwise: npm install ${packageName}`
  const file = await stat(resolve(from.baseDirectory, use)).catch(() => undefined)
  if (file?.isFile()) return `To use the file of that name, write ./${use}`
  return `Install it there: npm install ${packageName}`
}
