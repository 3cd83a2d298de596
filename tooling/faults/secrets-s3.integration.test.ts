import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { bucketShelf, type BucketShelf } from './bucket-shelf.ts'
import { canariesIn, canary } from './canaries.ts'
import { type Exposure, exposureDuring } from './exposure.ts'
import type { Outcome } from './holdfast.ts'
import { startS3, type S3Server } from './s3-server.ts'
import { createWorkplace, fill, type Workplace } from './workplace.ts'

let server: S3Server
let bucket: BucketShelf
let place: Workplace
const [wrongSecret, token] = [canary(), canary()]
let secrets: string[]
const exposures: Exposure[] = []
const outputs: { what: string; text: string }[] = []
let files = 0

beforeAll(async () => {
  server = await startS3()
  secrets = [server.secretAccessKey, wrongSecret, token]
  bucket = bucketShelf(server, 'secrets/kept')
  place = await createWorkplace(inject('postgresUrl'), 'secrets_s3', { elsewhere: bucket })
  await fill(place.database, { megabytes: 2 })
})

afterAll(async () => {
  await place.remove()
  await server.stop()
})

/** Runs a command while it is watched, and keeps what it said. */
async function watched(args: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
  const { pid, outcome } = place.start(args, environment)
  const ownCommandLine = canariesIn(args.join(' '), secrets).length === 0
  exposures.push(await exposureDuring({ pid, temporary: place.temporary, ownCommandLine }, outcome))
  const ended = await outcome
  outputs.push({ what: args.join(' '), text: ended.stdout + ended.stderr })
  return ended
}

async function configured(credentials: object | undefined, more: object = {}): Promise<string> {
  const path = join(place.directory, `config-${++files}.json`)
  const options = {
    ...bucket.options,
    endpoint: server.endpoint,
    region: server.region,
    credentials,
    ...more,
  }
  const job = { database: '${DATABASE_URL}', storages: [{ use: 's3', options }] }
  await writeFile(path, JSON.stringify({ jobs: { shop: job } }))
  return path
}

const nothing = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_ENDPOINT_URL_S3: '' }

describe('in runs that go well', () => {
  it('with the credentials in the environment', async () => {
    expect((await watched(['backup', '--to', place.backups, '--json'])).exitCode).toBe(0)
    for (const args of [['list'], ['list', '--json'], ['show', 'latest'], ['verify', 'latest', '--json']]) {
      expect((await watched([...args, '--from', place.backups])).exitCode).toBe(0)
    }
  })

  it('with the credentials in variables that the configuration names', async () => {
    const { accessKeyId, secretAccessKey } = server
    const config = await configured({ accessKeyId: '${KEY_ID}', secretAccessKey: '${KEY_SECRET}' })
    const environment = { ...nothing, KEY_ID: accessKeyId, KEY_SECRET: secretAccessKey }
    expect((await watched(['backup', '--config', config], environment)).exitCode).toBe(0)
    expect((await watched(['doctor', '--config', config], environment)).exitCode).toBe(0)
    expect((await watched(['plugins', '--config', config], environment)).exitCode).toBe(0)
  })

  it('with the credentials in a profile', async () => {
    const path = join(place.directory, 'credentials')
    const { accessKeyId, secretAccessKey } = server
    await writeFile(
      path,
      `[backups]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    )
    const config = await configured(undefined, { profile: 'backups' })
    const environment = { ...nothing, AWS_SHARED_CREDENTIALS_FILE: path }
    expect((await watched(['backup', '--config', config, '--json'], environment)).exitCode).toBe(0)
  })
})

describe('in runs that fail', () => {
  it('with a wrong secret', async () => {
    const environment = { AWS_SECRET_ACCESS_KEY: wrongSecret, AWS_SESSION_TOKEN: '' }
    for (const args of [
      ['backup', '--to', place.backups, '--json'],
      ['backup', '--to', place.backups],
      ['list', '--from', place.backups],
    ]) {
      expect((await watched(args, environment)).exitCode).toBe(4)
    }
  })

  it('with a session token that nobody gave', async () => {
    const environment = { AWS_SECRET_ACCESS_KEY: wrongSecret, AWS_SESSION_TOKEN: token }
    expect((await watched(['backup', '--to', place.backups, '--json'], environment)).exitCode).toBe(4)
  })

  it('in an address that holds credentials', async () => {
    const address = `s3://${server.accessKeyId}:${wrongSecret}@backups/kept`
    expect((await watched(['backup', '--to', address])).exitCode).toBe(2)
    expect((await watched(['list', '--from', `${place.backups}?secret=${wrongSecret}`])).exitCode).toBe(2)
  })

  it('with options that make no sense', async () => {
    const config = await configured({ accessKeyId: 'only half', sercetAccessKey: wrongSecret })
    expect((await watched(['backup', '--config', config])).exitCode).toBe(2)
    const endpoint = await configured({}, { endpoint: `http://somebody:${wrongSecret}@127.0.0.1:1` })
    expect([2, 4]).toContain((await watched(['backup', '--config', endpoint, '--json'])).exitCode)
  })

  it('from a server that is not there', async () => {
    const environment = { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }
    expect((await watched(['backup', '--to', place.backups, '--json'], environment)).exitCode).toBe(4)
  })
})

describe('no secret of a storage', () => {
  it('is in a command line', () => {
    const lines = exposures.flatMap(({ commandLines }) => [...commandLines])
    expect(lines.filter((line) => canariesIn(line, secrets).length > 0)).toEqual([])
  })

  it('is in any output', () => {
    expect(outputs.length).toBeGreaterThan(15)
    const found = outputs.filter(({ text }) => canariesIn(text, secrets).length > 0)
    expect(found.map(({ what }) => what)).toEqual([])
  })

  it('is in any stored object', async () => {
    const keys = await place.files()
    expect(keys.filter((key) => key.endsWith('.manifest.json'))).toHaveLength(3)
    const found: string[] = []
    for (const key of keys) {
      const text = (await bucket.read(key))?.toString('latin1')
      if (text === undefined || canariesIn(text, secrets).length > 0) found.push(key)
    }
    expect(found).toEqual([])
  })
})
