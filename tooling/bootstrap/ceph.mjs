import { aptPrivilege, installPackages } from './apt.mjs'
import { give, step } from './say.mjs'
import { isInstalled } from './tools.mjs'

const programs = ['ceph', 'ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin']
const packages = ['radosgw', 'ceph-mon', 'ceph-osd']
const advice = `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`

// Sees to Ceph's object gateway, the real S3 server that tests and figures are made with, installing it where nobody
// needs to be asked. Everything else works without it, so its absence is said and the work goes on; CI must not pass
// without it.
export async function ensureCeph() {
  const isComplete = () => programs.every(isInstalled)
  if (isComplete()) return
  const privilege = aptPrivilege()
  const install = () => installPackages(privilege, packages)
  if (privilege && (await step('Ceph RGW, installed with apt-get', install)) && isComplete()) return
  const sentence = `Ceph RGW is not installed, so nothing is tried against a real S3 server; type "${advice}".`
  if (process.env.CI) give(sentence)
  console.log(`✗ ${sentence}`)
}
