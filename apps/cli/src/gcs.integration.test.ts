import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type GcsDouble, type PostgresAccess, startGcsDouble, type TestDatabase } from '@holdfast/lab'
import type { Report } from '@holdfast/plugin'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createShop, openDesk, type Desk } from './holdfast.test.tool.ts'

let double: GcsDouble
let desk: Desk
let shop: TestDatabase
let target: TestDatabase
let server: PostgresAccess

beforeAll(async () => {
  double = await startGcsDouble()
  ;({ shop, server } = await createShop(inject('postgresUrl'), 'cli_gcs'))
  target = await server.createDatabase('cli_gcs_target')
  desk = await openDesk({
    DATABASE_URL: shop.url,
    STORAGE_EMULATOR_HOST: double.endpoint,
    NO_PROXY: '127.0.0.1',
  })
})

afterAll(async () => {
  await desk.clear()
  await target.drop()
  await shop.drop()
  await double.close()
})

it('backs up into a bucket, verifies, lists and restores with nothing but its address', async () => {
  const place = `gs://${double.bucket}/production`
  const backup = await desk.run(['backup', '--to', place, '--json'])
  expect(backup.exitCode).toBe(0)
  const report = JSON.parse(backup.stdout) as Report
  expect(report.storages).toMatchObject([{ plugin: 'gcs', status: 'stored' }])
  expect(report.storages[0]?.location).toContain(`${place}/${shop.name}/`)
  const stored = report.backup?.objects.map(({ key }) => `production/${key}`) ?? []
  expect([...double.objects.keys()]).toEqual(expect.arrayContaining(stored))
  expect(double.objects.get(stored[0] ?? '')?.attributes.metadata).toMatchObject({ job: shop.name })
  expect(double.openUploads()).toEqual([])

  const verified = await desk.run(['verify', 'latest', '--from', place])
  expect(verified.exitCode).toBe(0)
  const listed = await desk.run(['list', '--from', place, '--json'])
  expect(JSON.parse(listed.stdout)).toMatchObject([{ id: report.backup?.id, verification: 'archive' }])
  const restored = await desk.run(['restore', 'latest', '--from', place, '--to', target.url])
  expect(restored.exitCode).toBe(0)
  expect(await target.psql('SELECT count(*) FROM orders')).toBe('5000')
})

it('fails with what to grant, and leaves nothing, where the bucket lets nobody write', async () => {
  double.addFault({
    on: 'start',
    effect: { status: 403, reason: 'forbidden', message: "Permission 'storage.objects.create' denied" },
    times: Infinity,
  })
  const before = double.objects.size
  const { exitCode, stderr } = await desk.run(['backup', '--to', `gs://${double.bucket}/other`])
  expect(exitCode).toBe(4)
  expect(stderr).toContain('roles/storage.objectCreator')
  expect(double.objects.size).toBe(before)
  double.clearFaults()
})

it('signs in with the application default credentials, shows nothing of them, and trusts the checksum of the service', async () => {
  const signed = await startGcsDouble({ authenticated: true })
  try {
    const identity = join(desk.directory, 'identity.json')
    const subject = join(desk.directory, 'subject')
    await writeFile(subject, 'canary-of-a-subject')
    await writeFile(
      identity,
      JSON.stringify({
        type: 'external_account',
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: signed.tokenUrl,
        credential_source: { file: subject },
      }),
    )
    const options = { bucket: signed.bucket, apiEndpoint: signed.endpoint, authenticate: true }
    const verifiers = [{ use: 'archive', options: { read: 'attested' } }]
    const job = { database: '${DATABASE_URL}', storages: [{ use: 'gcs', options }], verifiers }
    await writeFile(join(desk.directory, 'holdfast.config.json'), JSON.stringify({ jobs: { shop: job } }))
    const { exitCode, stdout, stderr } = await desk.run(['backup', '--json'], {
      GOOGLE_APPLICATION_CREDENTIALS: identity,
      GOOGLE_CLOUD_PROJECT: 'shop',
    })
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded', storages: [{ plugin: 'gcs' }] })
    expect(signed.requests.filter(({ kind }) => kind === 'token')).toHaveLength(1)
    // The service's own checksum is enough, and no dump was read back.
    const read = signed.requests.filter(({ kind, name }) => kind === 'read' && name?.includes('.dump'))
    expect(read).toEqual([])
    const contents = await Promise.all([...signed.objects.keys()].map((name) => signed.contentOf(name)))
    for (const text of [stdout, stderr, ...contents.map(String)]) {
      expect(text).not.toMatch(/canary|ya29|upload_id/)
    }
  } finally {
    await signed.close()
    await rm(join(desk.directory, 'holdfast.config.json'))
  }
})
