import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configJsonSchema } from '@holdfast/core'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { root } from './program.ts'

/** After the grace time, what is cancelled has 15 seconds to end (`endMs` of apps/cron/src/serve.ts). */
const endSeconds = 15

interface Schema {
  default?: unknown
  properties?: Record<string, Schema>
}

/** How long what runs may go on after SIGTERM, unless the configuration says otherwise, in seconds. */
function graceSeconds(): number {
  const schema = configJsonSchema() as Schema
  return Number(schema.properties?.['cron']?.properties?.['graceMs']?.default) / 1000
}

const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8')

it('nobody kills holdfast-cron before it has stopped in order', async () => {
  const needed = graceSeconds() + endSeconds
  expect(needed).toBe(75)

  const unit = await read('deploy/systemd/holdfast-cron.service')
  const [, timeout] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? []
  expect(Number(timeout)).toBeGreaterThan(needed)
  // Its children are not told by systemd: a pg_dump that gets SIGTERM too would end as a failure within the grace time.
  expect(unit).toMatch(/^KillMode=mixed$/m)

  const compose = parse(await read('deploy/docker/compose.yaml')) as {
    services: { holdfast: { stop_grace_period: string } }
  }
  const [, period] = /^(\d+)s$/.exec(compose.services.holdfast.stop_grace_period) ?? []
  expect(Number(period)).toBeGreaterThan(needed)
})

it('the pages say the same times', async () => {
  expect(await read('docs/operations/docker.md')).toContain('lets what runs end for 90 seconds')
  expect(await read('docs/operations/systemd.md')).toContain('within `cron.graceMs`, a minute unless')
  expect(graceSeconds()).toBe(60)
})
