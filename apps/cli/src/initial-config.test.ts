import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initConfig, loadJob, readConfig } from '@holdfast/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { host } from './host.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-init-'))
})
afterAll(() => rm(directory, { recursive: true }))

const variables: Record<string, string> = {
  DATABASE_URL: 'postgresql://postgres:secret@db.example.com:5432/shop',
  S3_BACKUP_BUCKET: 's3://wastewise-backups',
  BACKUP_RETENTION_DAYS: '90',
  NOTIFICATION_EMAIL: 'devops@example.com',
}
const names = Object.keys(variables)
const combinations = Array.from({ length: 2 ** names.length }, (_, bits) =>
  names.filter((_name, at) => bits & (1 << at)),
)

// In a directory without any package, as with npx: every plugin comes from beside this app.
test.for(combinations.map((set) => [set] as const))(
  'what init writes loads as it stands, with %j',
  async ([set]) => {
    const environment = Object.fromEntries(set.map((name) => [name, variables[name]]))
    const { fileName, text } = initConfig(environment)
    await writeFile(join(directory, fileName), text)
    const config = await readConfig(join(directory, fileName), { environment })
    const job = set.includes('DATABASE_URL') ? 'shop' : 'main'
    const { storages, verifiers, notifiers } = await loadJob(config, job, host)
    expect(storages[0].instance.location('x')).toBe(join(directory, 'backups/x'))
    expect(storages[1]?.instance.location('x')).toBe(
      set.includes('S3_BACKUP_BUCKET') ? 's3://wastewise-backups/x' : undefined,
    )
    expect(verifiers.map(({ name }) => name)).toEqual(['archive', 'size'])
    const mail = set.includes('S3_BACKUP_BUCKET') ? 'ses' : 'smtp'
    expect(notifiers.map(({ name }) => name)).toEqual(set.includes('NOTIFICATION_EMAIL') ? [mail] : [])
  },
)
