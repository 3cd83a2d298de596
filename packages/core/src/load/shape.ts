import { apiVersion, HoldfastError, type Instances, type Plugin, type PluginKind } from '@holdfast/plugin'

/** What an instance must be able to do. */
const methods: { readonly [Kind in PluginKind]: readonly (keyof Instances[Kind] & string)[] } = {
  storage: ['check', 'put', 'get', 'stat', 'list', 'remove', 'location'],
  verifier: ['verify'],
  notifier: ['notify'],
}

/** The plugin that a module exports, or an error that says what is wrong with it. */
export function pluginOf<Kind extends PluginKind>(module: object, kind: Kind, use: string): Plugin<Kind> {
  const candidate = exported(module)
  const refuse = (what: string): HoldfastError =>
    new HoldfastError('PLUGIN_INVALID', `${use} ${what}`, {
      hint: 'A plugin module exports the result of definePlugin({ … }) as its default; see docs/plugins.md.',
    })
  if (!isObject(candidate)) throw refuse('has no default export that is a plugin')
  if (!('apiVersion' in candidate)) throw refuse('has a default export without apiVersion')
  if (candidate['apiVersion'] !== apiVersion) {
    throw new HoldfastError(
      'PLUGIN_API_VERSION',
      `${use} is made for version ${String(candidate['apiVersion'])} of the plugin contract, and this Holdfast has version ${apiVersion}`,
      { hint: 'Install a version of the plugin that fits this Holdfast, or upgrade Holdfast.' },
    )
  }
  if (candidate['kind'] !== kind)
    throw refuse(`is a ${String(candidate['kind'])}, and a ${kind} is wanted here`)
  if (typeof candidate['name'] !== 'string' || candidate['name'] === '')
    throw refuse('is a plugin without a name')
  const missing = ['parseOptions', 'create'].filter((name) => typeof candidate[name] !== 'function')
  if (missing.length > 0) throw refuse(`is a plugin without the function ${missing.join(' and ')}`)
  return candidate as unknown as Plugin<Kind>
}

/** Refuses an instance that lacks a function of its kind. */
export function checkInstance<Kind extends PluginKind>(
  instance: Instances[Kind],
  kind: Kind,
  use: string,
): void {
  const given: unknown = instance
  const missing = methods[kind].filter((name) => !isObject(given) || typeof given[name] !== 'function')
  if (missing.length > 0) {
    throw new HoldfastError('PLUGIN_INVALID', `${use} makes a ${kind} without ${missing.join(', ')}`, {
      hint: `Its create() must return a whole ${kind}, not a promise of one.`,
    })
  }
}

// A module that was compiled to CommonJS has its default export one level further down.
function exported(module: object): unknown {
  const outer: unknown = 'default' in module ? module.default : undefined
  return isObject(outer) && outer['__esModule'] === true ? outer['default'] : outer
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
