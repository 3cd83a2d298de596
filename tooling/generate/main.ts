// Writes the files that are made from the source. With --check it only says which ones are not up to date.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stale } from './outputs.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const isCheck = process.argv.includes('--check')
for (const { path, text } of await stale(root)) {
  if (isCheck) {
    console.error(`${path} is not up to date; run: pnpm generate`)
    process.exitCode = 1
  } else {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
    console.log(`wrote ${path}`)
  }
}
