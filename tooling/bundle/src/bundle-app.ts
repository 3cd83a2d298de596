import { existsSync } from 'node:fs'
import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { licenses } from './licenses.ts'

/**
 * Makes `bundle/main.js` of an app, and `bundle/index.js` where it has something to import: from the source of our
 * packages and from what they import, in few files, since looking for hundreds of modules is most of what it takes
 * to start. What the app's dependencies name from outside is left out and installed beside it, such as native code.
 * Beside the bundle are the licenses of what is in it. Rejects where a module can't be found.
 *
 * @param directory the app's, with `src/main.ts`
 */
export async function bundleApp(directory: string): Promise<void> {
  const names = ['main', 'index'].filter((name) => existsSync(join(directory, `src/${name}.ts`)))
  const outside = await dependenciesFromOutside(directory)
  const build = await rolldown({
    external: (id) => outside.has(id),
    input: Object.fromEntries(names.map((name) => [name, join(directory, `src/${name}.ts`)])),
    platform: 'node',
    // As Node would, but from source. `module`, which bundlers like, holds code for browsers in the AWS SDK.
    resolve: { conditionNames: ['@holdfast/source', 'node', 'import', 'default'], mainFields: ['main'] },
    plugins: [licenses()],
    onLog(level, log, defaultHandler) {
      // What can't be found would be left to the user's machine.
      if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message)
      defaultHandler(level, log)
    },
  })
  try {
    await build.write({ dir: join(directory, 'bundle'), cleanDir: true, comments: { annotation: false } })
    await chmod(join(directory, 'bundle/main.js'), 0o755)
  } finally {
    await build.close()
  }
}

async function dependenciesFromOutside(directory: string): Promise<ReadonlySet<string>> {
  const { dependencies } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  return new Set(Object.keys(dependencies).filter((name) => !name.startsWith('@holdfast/')))
}
