// Packs the package in the working directory as it will be published, and checks what a user would get.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

const directory = await mkdtemp(join(tmpdir(), 'holdfast-shape-'))
try {
  await check(await pack())
} finally {
  await rm(directory, { recursive: true })
}

async function pack(): Promise<string> {
  await execa('pnpm', ['pack', '--pack-destination', directory])
  const [name] = await readdir(directory)
  if (!name) throw new Error('pnpm pack made no archive')
  return join(directory, name)
}

async function check(archive: string): Promise<void> {
  const { stdout: manifest } = await execa('tar', ['-xzOf', archive, 'package/package.json'])
  const leftover = /"(workspace|catalog):|@holdfast\/source|\.\/src\//.exec(manifest)
  if (leftover) complain(`The packed package.json still says ${leftover[0]}`)

  const { stdout: files } = await execa('tar', ['-tzf', archive])
  const unwanted = files.split('\n').filter((file) => /\.test\.|\.tsbuildinfo$|\/src\//.test(file))
  if (unwanted.length > 0) complain(`The archive holds ${unwanted.join(', ')}`)

  const options = {
    preferLocal: true,
    localDir: import.meta.dirname,
    stdio: 'inherit',
    reject: false,
  } as const
  const publint = await execa('publint', ['--strict', archive], options)
  if (publint.failed) process.exitCode = 1
  // A package without exports is only a command: it has no types to be wrong.
  if (!manifest.includes('"exports"')) return
  const attw = await execa('attw', ['--profile', 'esm-only', '--format', 'ascii', archive], options)
  if (attw.failed) process.exitCode = 1
}

function complain(sentence: string): void {
  console.error(sentence)
  process.exitCode = 1
}
