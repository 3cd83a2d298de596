import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { aptPrivilege, executable, said } from './apt.mjs'
import { run } from './child.mjs'
import { root } from './packages.mjs'
import { step } from './say.mjs'

// Here tooling/deploy looks for it too.
const directory = join(root, 'node_modules/.cache/holdfast/bin')

// Prometheus's own tests of alerts. Debian has the program only inside the whole server, which nobody asked to be run
// here: so its package is fetched, and nothing but this file is taken out of it.
export async function ensurePromtool() {
  const places = [...(process.env.PATH ?? '').split(delimiter), directory]
  if (places.some((place) => executable(join(place, 'promtool')))) return
  if (!said('apt-get', ['--version'])) return
  await step("promtool, out of Debian's package", async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'holdfast-promtool-'))
    try {
      const result = await fetchPromtool(scratch)
      // Without it there is less to test, and nothing is broken.
      return { ...result, ok: true, note: result.ok ? undefined : 'not to be had' }
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  })
}

async function fetchPromtool(scratch) {
  const fetched = await download(scratch)
  if (!fetched.ok) return fetched
  const [archive] = readdirSync(scratch).filter((name) => name.endsWith('.deb'))
  const script = 'dpkg-deb --fsys-tarfile "$1" | tar -x ./usr/bin/promtool'
  const { code, output } = await run('sh', ['-c', script, 'sh', archive], { cwd: scratch })
  if (code !== 0) return { ok: false, output }
  mkdirSync(directory, { recursive: true })
  copyFileSync(join(scratch, 'usr/bin/promtool'), join(directory, 'promtool'))
  chmodSync(join(directory, 'promtool'), 0o755)
  return { ok: true, output }
}

// Needs no privilege, only lists of packages; where there are none, these may need one.
async function download(cwd) {
  const get = () => run('apt-get', ['download', 'prometheus'], { cwd })
  const first = await get()
  const privilege = first.code === 0 ? undefined : aptPrivilege()
  if (privilege === undefined) return { ok: first.code === 0, output: first.output }
  const [command, ...args] = [...privilege, 'apt-get', 'update']
  await run(command, args)
  const second = await get()
  return { ok: second.code === 0, output: second.output }
}
