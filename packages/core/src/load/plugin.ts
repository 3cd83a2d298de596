import { HoldfastError, type Plugin, type PluginKind } from '@holdfast/plugin'
import { locate, type LoadFrom } from './locate.ts'
import { pluginOf } from './shape.ts'

/** Imports the plugin that a `use` means and checks that it is one. */
export async function loadPlugin<Kind extends PluginKind>(
  kind: Kind,
  use: string,
  from: LoadFrom,
): Promise<Plugin<Kind>> {
  return pluginOf(await imported(await locate(kind, use, from), use), kind, use)
}

async function imported(url: string, use: string): Promise<object> {
  try {
    return (await import(url)) as object
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new HoldfastError('PLUGIN_FAILED', `${use} could not be imported: ${reason}`, {
      hint: `The module is ${url}. Reinstall the plugin, or report this to its author.`,
      cause: error,
    })
  }
}
