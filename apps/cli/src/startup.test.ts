import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const execute = promisify(execFile)
const bin = fileURLToPath(new URL('../bin/holdfast.js', import.meta.url))

const trace = `import { registerHooks } from 'node:module'
registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) })`

/** Every module that a command line loads. */
async function loaded(...argv: string[]): Promise<string[]> {
  const hook = `data:text/javascript,${encodeURIComponent(trace)}`
  const { stderr } = await execute(process.execPath, ['--import', hook, bin, ...argv]).catch(
    (error: { stderr: string }) => error,
  )
  return stderr.split('\n').filter((line) => line.startsWith('file:'))
}

describe('help and version', () => {
  it.each([[['--help']], [['restore', '--help']], [['--version']]])('load little for %j', async (argv) => {
    const modules = await loaded(...argv)
    expect(modules.some((url) => url.includes('/commander/'))).toBe(true)
    const heavy =
      /\/packages\/(?!plugin\/)|\/(?:zod|yaml|execa|fast-string-width)\/|\/src\/(?:actions|render)\//
    expect(modules.filter((url) => heavy.test(url))).toEqual([])
  })
})

describe('a backup', () => {
  it('loads what writes metrics only where a file for them is named', async () => {
    const backup = ['backup', '--dry-run', '--database', 'postgresql://127.0.0.1:1/none', '--to', tmpdir()]
    const writesMetrics = /\/packages\/metrics\/|\/prom-client\//
    const without = await loaded(...backup)
    expect(without.some((url) => url.includes('/packages/postgres/'))).toBe(true)
    expect(without.filter((url) => writesMetrics.test(url))).toEqual([])
  })
})
