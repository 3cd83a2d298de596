import module from 'node:module'

const checkout = new URL('../../', import.meta.url).href
const isFile = /\.(ts|m?js)$/

/**
 * Lets this process import the source of our packages, where Node reads TypeScript; false where it does not.
 *
 * Some 400 modules name more than a thousand others, and by itself Node looks for each of them on the disk, which is a
 * third of the time that a command takes to start. So the path of a file that a module of this checkout names is taken
 * at its word, and another package is looked for once for each package of ours.
 */
export function importFromSource() {
  if (!module.registerHooks || !process.features.typescript) return false
  const found = new Map()
  module.registerHooks({
    resolve(specifier, context, next) {
      const { parentURL = '', conditions } = context
      const look = () => next(specifier, { ...context, conditions: [...conditions, '@holdfast/source'] })
      if (!conditions.includes('import') || !parentURL.startsWith(checkout)) return look()
      if (specifier.startsWith('node:')) return { url: specifier, format: 'builtin', shortCircuit: true }
      if (specifier.startsWith('.')) {
        if (!isFile.test(specifier)) return look()
        const format = specifier.endsWith('.ts') ? 'module-typescript' : undefined
        return { url: new URL(specifier, parentURL).href, format, shortCircuit: true }
      }
      const from = sourceOf(parentURL)
      if (from === undefined) return look()
      const known = `${from} ${specifier}`
      if (!found.has(known)) found.set(known, { ...look(), shortCircuit: true })
      return found.get(known)
    },
  })
  return true
}

// The source directory of ours that a module is in.
function sourceOf(url) {
  return /^(?:packages|apps)\/[^/]+\/src\//.exec(url.slice(checkout.length))?.[0]
}
