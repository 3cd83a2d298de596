import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'

/** Adds `LICENSES.md` to a bundle: the license of each package from outside whose code is in it. */
export function licenses(): Plugin {
  return {
    name: 'licenses',
    async generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
      const directories = [...new Set(modules.flatMap((id) => packageDirectory(id) ?? []))]
      const texts = await Promise.all(directories.map(licenseOf))
      const source = [...new Set(texts)].toSorted().join('\n\n')
      this.emitFile({ type: 'asset', fileName: 'LICENSES.md', source: `${source}\n` })
    },
  }
}

function packageDirectory(moduleId: string): string | undefined {
  return /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(moduleId)?.[1]
}

async function licenseOf(directory: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    name: string
    version: string
    license: string
  }
  const file = (await readdir(directory)).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? '' : `\n\n${(await readFile(join(directory, file), 'utf8')).trim()}`
  return `## ${name} ${version} (${license})${text}`
}
