import { pathToFileURL } from 'node:url'
import { HoldfastError } from '@holdfast/plugin'

/** The default export of a configuration that is a module. */
export async function importConfig(file: string): Promise<unknown> {
  const module = await imported(file)
  if (Object.hasOwn(module, 'default')) return module['default']
  throw new HoldfastError('CONFIG_UNREADABLE', `${file} has no default export`, {
    hint: 'End it with `export default defineConfig({ … })`.',
  })
}

async function imported(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new HoldfastError('CONFIG_UNREADABLE', `${placeOf(error, file)} could not be imported: ${reason}`, {
      hint: hintFor(error),
      cause: error,
    })
  }
}

// A syntax error has its place only at the start of its stack: `file:///…/holdfast.config.ts:3`.
function placeOf(error: unknown, file: string): string {
  const stack = error instanceof Error ? error.stack : undefined
  const start = stack?.split('\n', 1)[0]
  const line = [file, pathToFileURL(file).href].map(
    (name) => start?.startsWith(`${name}:`) && start.slice(name.length),
  )
  return `${file}${line.find((found) => found) ?? ''}`
}

function hintFor(error: unknown): string | undefined {
  const isMissingHoldfast = error instanceof Error && error.message.includes("'holdfast'")
  if (!isMissingHoldfast) return undefined
  return 'Install it beside the configuration (npm install --save-dev holdfast), or write the configuration as YAML.'
}
