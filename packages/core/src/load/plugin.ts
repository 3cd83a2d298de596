import { HoldfastError, type Plugin, type PluginKind } from '@holdfast/plugin'
import { locate, type Located, type LoadFrom } from './locate.ts'
import { pluginOf } from './shape.ts'

/** What was found once is found again: Node imports a module only once as well. */
const found = new Map<string, Promise<object>>()

/** Imports the plugin that a `use` means and checks that it is one. */
export async function loadPlugin<Kind extends PluginKind>(
  kind: Kind,
  use: string,
  from: LoadFrom,
): Promise<Plugin<Kind>> {
  const key = JSON.stringify([kind, use, from.baseDirectory, from.host.url])
  const module = found.get(key) ?? locate(kind, use, from).then((located) => imported(located, use))
  found.set(key, module)
  try {
    return pluginOf(await module, kind, use)
  } catch (error) {
    // It may be installed by the next time.
    found.delete(key)
    throw error
  }
}

async function imported({ place, load }: Located, use: string): Promise<object> {
  try {
    return await load()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new HoldfastError('PLUGIN_FAILED', `${use} could not be imported: ${reason}`, {
      hint: `The module is ${place}. Reinstall the plugin, or report this to its author.`,
      cause: error,
    })
  }
}
