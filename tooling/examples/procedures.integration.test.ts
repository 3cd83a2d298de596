import type { TestDatabase } from '@holdfast/lab'
import { findBinDirectory, usePostgres } from '@holdfast/lab'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { createProject, readRepositoryFile, type Project } from './project.ts'
import { createSample } from './sample.ts'
import { snippetsOf } from './snippets.ts'

const snippets = snippetsOf(await readRepositoryFile('docs/procedures.md'))
const [settings, ...commands] = snippets.filter(({ language }) => language === 'sh')
const full = commands.find(({ heading }) => heading.startsWith('1.'))

let source: TestDatabase
let withBackup: Project
let project: Project

beforeAll(async () => {
  source = await createSample(inject('postgresUrl'), 'procedures')
  withBackup = await createProject(findBinDirectory())
  await withBackup.run(full?.text ?? 'false', { DATABASE_URL: source.url, BACKUPS: './backups' })
})

afterAll(() => Promise.all([source.drop(), withBackup.remove()]))

beforeEach(async () => {
  project = await createProject(findBinDirectory())
})

afterEach(() => project.remove())

it('begins with the settings of its reader', () => {
  expect([...(settings?.text ?? '').matchAll(/^export (\w+)=/gm)].map(([, name]) => name)).toEqual([
    'DATABASE_URL',
    'BACKUPS',
  ])
  expect(commands.length).toBeGreaterThanOrEqual(8)
})

it.each(commands)('does what it says under "$heading"', async ({ text }) => {
  const copy = `${source.name}_copy`
  const access = usePostgres(inject('postgresUrl'))
  const environment = {
    DATABASE_URL: source.url,
    BACKUPS: './backups',
    TARGET_DATABASE_URL: access.url(copy),
  }
  try {
    if (text !== full?.text) await project.run(`cp -r ${withBackup.directory}/backups .`)
    const { exitCode, stdout, stderr } = await project.run(text, environment)
    expect(`${stdout}${stderr}`).not.toMatch(/^✗/m)
    expect(exitCode).toBe(0)
  } finally {
    await access.psql(`DROP DATABASE IF EXISTS ${copy} WITH (FORCE)`)
  }
})
