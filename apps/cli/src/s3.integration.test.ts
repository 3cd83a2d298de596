import { startS3Double, type S3Double, type TestDatabase } from '@holdfast/lab'
import type { Report } from '@holdfast/plugin'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createShop, openDesk, type Desk } from './holdfast.test.tool.ts'

const place = 's3://backups/production'
const canary = 'canary of a secret key'
let store: S3Double
let shop: TestDatabase
let target: TestDatabase
let desk: Desk

beforeAll(async () => {
  const made = await createShop(inject('postgresUrl'), 'cli_s3')
  shop = made.shop
  target = await made.server.createDatabase('cli_s3_target')
  store = await startS3Double({ credentials: { accessKeyId: 'AKIATEST', secretAccessKey: canary } })
  desk = await openDesk({ DATABASE_URL: shop.url, ...store.environment })
})

afterAll(async () => {
  await desk.clear()
  await store.close()
  await target.drop()
  await shop.drop()
})

it('backs up into a bucket, lists, verifies and restores, with nothing but the variables of the SDK', async () => {
  const { stdout, stderr, exitCode } = await desk.run(['backup', '--to', place, '--json'])
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  const { status, backup, storages } = JSON.parse(stdout) as Report
  expect({ status, storages }).toMatchObject({
    status: 'succeeded',
    storages: [{ plugin: 's3', status: 'stored' }],
  })
  expect(storages[0]?.location).toContain(`${place}/`)
  const keys = [...store.objects.keys()]
  expect(keys.every((key) => key.startsWith(`production/${backup?.name.split('_full_')[0]}/`))).toBe(true)
  expect(store.uploads.size).toBe(0)

  const listed = await desk.run(['list', '--from', place])
  expect(listed.stdout).toContain(backup?.id)
  const verified = await desk.run(['verify', 'latest', '--from', place])
  expect(verified.exitCode).toBe(0)
  const restored = await desk.run(['restore', 'latest', '--from', place, '--to', target.url])
  expect({ exitCode: restored.exitCode, stderr: restored.stderr }).toMatchObject({ exitCode: 0 })
  expect(await target.psql('SELECT count(*) FROM orders')).toContain('5000')
})

it.each([
  [{ AWS_SECRET_ACCESS_KEY: `${canary}, and wrong` }, 'STORAGE_CREDENTIALS'],
  [{ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' }, 'STORAGE_UNAVAILABLE'],
  [{ AWS_ENDPOINT_URL_S3: '', AWS_REGION: '' }, 'STORAGE_REGION'],
])('4: with %j, and without a secret in what it says', async (environment, code) => {
  const { stdout, stderr, exitCode } = await desk.run(['list', '--from', place], environment)
  expect({ exitCode, said: stdout + stderr }).toMatchObject({
    exitCode: 4,
    said: expect.stringContaining(code),
  })
  expect(stdout + stderr).not.toContain('canary')
})
