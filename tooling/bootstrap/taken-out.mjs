import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { aptPrivilege, executable, said } from './apt.mjs'
import { run } from './child.mjs'
import { root } from './packages.mjs'
import { step } from './say.mjs'

// Here the tests look for them too.
const cache = join(root, 'node_modules/.cache/holdfast')

// Programs that only tests need. Debian has each inside something that runs by itself once it is installed, which nobody
// asked for: so the package is fetched, and nothing but the program, with the libraries that it may lack, is taken out.
const programs = [
  { name: 'promtool', package: 'prometheus', path: 'usr/bin/promtool' },
  { name: 'crontab', package: 'cron', path: 'usr/bin/crontab' },
  { name: 'pgbouncer', package: 'pgbouncer', path: 'usr/sbin/pgbouncer', libraries: /^lib(event|c-ares)/ },
]

export async function ensureTakenOut() {
  if (!said('apt-get', ['--version'])) return
  for (const program of programs) {
    if (isHere(program.name)) continue
    await step(`${program.name}, out of Debian's package`, async () => {
      const scratch = mkdtempSync(join(tmpdir(), `holdfast-${program.name}-`))
      try {
        const result = await takeOut(program, scratch)
        // Without it there is less to test, and nothing is broken.
        return { ...result, ok: true, note: result.ok ? undefined : 'not to be had' }
      } finally {
        rmSync(scratch, { recursive: true, force: true })
      }
    })
  }
}

function isHere(name) {
  const path = (process.env.PATH ?? '').split(delimiter)
  return [...path, '/usr/sbin', join(cache, 'bin')].some((directory) => executable(join(directory, name)))
}

async function takeOut({ name, package: from, path, libraries }, scratch) {
  const packages = [from, ...(libraries === undefined ? [] : dependencies(from, libraries))]
  const fetched = await download(packages, scratch)
  if (!fetched.ok) return fetched
  const script = 'for archive in *.deb; do dpkg-deb -x "$archive" . || exit 1; done'
  const { code, output } = await run('sh', ['-c', script], { cwd: scratch })
  if (code !== 0) return { ok: false, output }
  keep(join(scratch, path), join(cache, 'bin'), name)
  for (const library of sharedObjects(join(scratch, 'usr/lib'))) {
    if (libraries !== undefined) keep(library.path, join(cache, 'lib'), library.name)
  }
  return { ok: true, output }
}

function keep(from, directory, name) {
  mkdirSync(directory, { recursive: true })
  copyFileSync(from, join(directory, name))
  chmodSync(join(directory, name), 0o755)
}

// Under the name that programs ask for, which is a link to the file.
function sharedObjects(directory) {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink() && /\.so\.\d+$/.test(entry.name))
    .map((entry) => ({ name: entry.name, path: join(entry.parentPath, entry.name) }))
}

function dependencies(from, wanted) {
  return said('apt-cache', ['depends', '--important', from])
    .split('\n')
    .map((line) => line.trim().split(' ').at(-1) ?? '')
    .filter((name) => wanted.test(name))
}

// Needs no privilege, only lists of packages; where there are none, these may need one.
async function download(packages, cwd) {
  const get = () => run('apt-get', ['download', ...packages], { cwd })
  const first = await get()
  const privilege = first.code === 0 ? undefined : aptPrivilege()
  if (privilege === undefined) return { ok: first.code === 0, output: first.output }
  const [command, ...args] = [...privilege, 'apt-get', 'update']
  await run(command, args)
  const second = await get()
  return { ok: second.code === 0, output: second.output }
}
