import { findBinDirectory, type S3Double, startS3Double, type TestDatabase, usePostgres } from '@holdfast/lab'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { createProject, readRepositoryFile, type Project } from './project.ts'
import { createSample } from './sample.ts'
import { snippetsOf } from './snippets.ts'

const snippets = snippetsOf(await readRepositoryFile('docs/procedures.md'))
const [settings, ...commands] = snippets.filter(({ language }) => language === 'sh')
const full = commands.find(({ heading }) => heading.startsWith('1.'))
const backups = /^export BACKUPS=(.*)$/m.exec(settings?.text ?? '')?.[1] ?? ''

let source: TestDatabase
let s3: S3Double
let withBackup: Project
let project: Project
/** What is in the bucket once it has a backup. */
let stored: S3Double['objects']

beforeAll(async () => {
  source = await createSample(inject('postgresUrl'), 'procedures')
  s3 = await startS3Double({ bucket: new URL(backups).host })
  withBackup = await createProject(findBinDirectory())
  for (const place of ['./backups', backups]) {
    await withBackup.run(full?.text ?? 'false', { ...common(), BACKUPS: place })
  }
  stored = new Map(s3.objects)
})

afterAll(() => Promise.all([source.drop(), s3.close(), withBackup.remove()]))

beforeEach(async () => {
  project = await createProject(findBinDirectory())
})

afterEach(() => project.remove())

function common(): Record<string, string> {
  return { DATABASE_URL: source.url, ...s3.environment, NO_PROXY: '127.0.0.1' }
}

it('begins with the settings of its reader', () => {
  expect([...(settings?.text ?? '').matchAll(/^export (\w+)=/gm)].map(([, name]) => name)).toEqual([
    'DATABASE_URL',
    'BACKUPS',
  ])
  expect(commands.length).toBeGreaterThanOrEqual(9)
})

describe.each([
  ['a directory', './backups'],
  ['S3', backups],
])('on %s', (where, place) => {
  it.each(commands)('does what it says under "$heading"', async ({ text }) => {
    const copy = `${source.name}_copy`
    const access = usePostgres(inject('postgresUrl'))
    const environment = { ...common(), BACKUPS: place, TARGET_DATABASE_URL: access.url(copy) }
    try {
      s3.objects.clear()
      if (text !== full?.text) await arrange()
      const { exitCode, stdout, stderr } = await project.run(text, environment)
      expect(`${stdout}${stderr}`).not.toMatch(/^✗/m)
      expect(exitCode).toBe(0)
      expect(s3.objects.size > 0).toBe(where === 'S3')
    } finally {
      await access.psql(`DROP DATABASE IF EXISTS ${copy} WITH (FORCE)`)
    }
  })

  async function arrange(): Promise<void> {
    if (where === 'S3') for (const [key, object] of stored) s3.objects.set(key, object)
    else await project.run(`cp -r ${withBackup.directory}/backups .`)
  }
})
