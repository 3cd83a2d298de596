import { delimiter, join } from 'node:path'
import { aptPrivilege, executable, installPackages } from './apt.mjs'
import { step } from './say.mjs'

// Programs that read a backup without Holdfast, and one that judges units, with the package that each is in.
const tools = { age: 'age', zstd: 'zstd', 'systemd-analyze': 'systemd' }

// Installs those that are missing where nobody needs to be asked. Tests that need one which is still missing say that
// they were left out, and fail in CI.
export async function ensureTools() {
  const missing = Object.keys(tools)
    .filter((tool) => !isInstalled(tool))
    .map((tool) => tools[tool])
  const privilege = missing.length === 0 ? undefined : aptPrivilege()
  if (privilege === undefined) return
  await step(`${missing.join(' and ')}, installed with apt-get`, async () => {
    const result = await installPackages(privilege, missing)
    // Without them there is less to test, and nothing is broken.
    return { ...result, ok: true, note: result.ok ? undefined : 'not to be had' }
  })
}

// True where a program can be run by its name.
export function isInstalled(program) {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => executable(join(directory, program)))
}
