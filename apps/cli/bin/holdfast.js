#!/usr/bin/env node
// The command in a source checkout: runs src/main.ts as it stands, without a build.
// The published package runs bundle/main.js instead (see publishConfig.bin).
import { fileURLToPath } from 'node:url'
import { importFromSource } from '../../../tooling/bootstrap/source.mjs'

if (importFromSource()) {
  await import('../src/main.ts')
} else {
  const { handOver } = await import('../../../tooling/bootstrap/child.mjs')
  const { nodeBinary } = await import('../../../tooling/bootstrap/packages.mjs')
  const node = nodeBinary()
  if (node) {
    await handOver(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)])
  } else {
    console.error(
      `holdfast: Node ${process.versions.node} is too old to run from source; run "npm run build" once in this checkout, which installs the right Node, or use Node 22.18 or later.`,
    )
    process.exitCode = 1
  }
}
