import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PostgresAccess, TestDatabase } from '@holdfast/lab'
import type { Manifest, Report, Verdict } from '@holdfast/plugin'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createShop, openDesk, type Desk } from './holdfast.test.tool.ts'

let desk: Desk
let server: PostgresAccess
let shop: TestDatabase
let recipient: string
let otherRecipient: string

const identity = ['--identity', 'key.txt']

beforeAll(async () => {
  ;({ server, shop } = await createShop(inject('postgresUrl'), 'cli_encryption'))
  desk = await openDesk({ DATABASE_URL: shop.url })
  recipient = (await desk.run(['keygen', 'key.txt'])).stdout
  otherRecipient = (await desk.run(['keygen', 'other.txt'])).stdout
})

afterAll(async () => {
  await desk.clear()
  await shop.drop()
})

interface Shown {
  verification: string
  verdicts: Verdict[]
  manifest: Manifest
}

async function show(...options: string[]): Promise<Shown> {
  return JSON.parse((await desk.run(['show', 'latest', '--json', ...options])).stdout) as Shown
}

async function filesIn(place: string): Promise<string[]> {
  const all = await readdir(join(desk.directory, place), { recursive: true, withFileTypes: true })
  return all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function only(place: string, end: string): Promise<string> {
  const found = (await filesIn(place)).filter((file) => file.endsWith(end))
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} files end with ${end}`)
  return found[0]
}

async function configure(encryption: object | undefined, more: object = {}): Promise<void> {
  const job = { database: shop.url, storages: [{ use: 'local', options: { path: 'kept' } }], ...more }
  const config = { jobs: { shop: { ...job, ...(encryption !== undefined && { encryption }) } } }
  await writeFile(join(desk.directory, 'holdfast.config.json'), JSON.stringify(config))
}

describe('keygen', () => {
  it('writes an identity for its owner alone, says to take it away, and never overwrites one', async () => {
    const { stdout, stderr, exitCode } = await desk.run(['keygen'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^age1[a-z0-9]{58}$/)
    expect(stderr).toContain('move it off this machine')
    const path = join(desk.directory, 'holdfast-identity.txt')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const text = await readFile(path, 'utf8')
    expect(text).toMatch(/^# created: .*\n# public key: age1\w+\nAGE-SECRET-KEY-1\w{58}\n$/)
    expect(stdout + stderr).not.toContain('AGE-SECRET-KEY')
    expect(await desk.run(['keygen'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is there already'),
    })
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  it('makes a pair that signs', async () => {
    const { stdout, exitCode } = await desk.run(['keygen', '--signing', '--json', 'sign.pem'])
    expect(exitCode).toBe(0)
    const made = JSON.parse(stdout) as { keyFile: string; publicKeyFile: string; publicKey: string }
    expect((await stat(made.keyFile)).mode & 0o777).toBe(0o600)
    expect(await readFile(made.keyFile, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/)
    expect((await readFile(made.publicKeyFile, 'utf8')).split('\n')[1]).toBe(made.publicKey)
  })
})

describe('a backup to a recipient', () => {
  it('is encrypted, and read in full by the run that made it, without any key', async () => {
    const { stdout, exitCode } = await desk.run(['backup', '--json', '--recipient', recipient])
    expect(exitCode).toBe(0)
    const report = JSON.parse(stdout) as Report
    const names = report.backup?.objects.map(({ key }) => key.replace(/^.*_\d{6}\./, ''))
    expect(names).toEqual(['dump.zst.age', 'globals.sql.zst.age', 'dump.zst.age.sha256', 'manifest.json'])
    expect(checksOf(report.verdicts)).toMatchObject({
      sha256: 'passed',
      decode: 'passed',
      contents: 'passed',
    })
    const shown = await show()
    expect(shown).toMatchObject({
      verification: 'archive',
      manifest: { encryption: { algorithm: 'age', recipients: [recipient] } },
    })
    expect(shown.manifest.restoreByHand).toMatch(
      /^age -d -i "\$IDENTITY_FILE" \S+\.dump\.zst\.age \| zstd -dc \| pg_restore /,
    )
    for (const file of (await filesIn('backups')).filter((name) => name.endsWith('.age'))) {
      expect((await readFile(file)).subarray(0, 21).toString()).toBe('age-encryption.org/v1')
    }
  })

  it('is checked as it is stored where there is no key, and that takes nothing back', async () => {
    const { stdout, stderr, exitCode } = await desk.run(['verify', 'latest', '--json'])
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    const { verdicts } = JSON.parse(stdout) as { verdicts: Verdict[] }
    const archive = verdicts.find(({ verifier }) => verifier === 'archive')
    expect(archive?.proves).toBe('stored')
    expect(checksOf(verdicts)).toMatchObject({
      length: 'passed',
      sha256: 'passed',
      decode: 'skipped',
      contents: 'skipped',
      globals: 'passed',
    })
    expect(archive?.checks.find(({ name }) => name === 'decode')?.detail).toBe(
      'encrypted, and no identity here',
    )
    expect((await show()).verification).toBe('archive')

    for (const file of await filesIn('backups')) if (file.includes('.verdict-')) await rm(file)
    expect((await show()).verification).toBe('unverified')
    const again = await desk.run(['verify', 'latest', '--level', 'archive'])
    expect(again.stderr).toContain('is as it was stored; what is in it was not looked at')
    expect((await show()).verification).toBe('stored')
  })

  it('is verified in full with its identity, and not spoken against with another', async () => {
    const wrong = await desk.run(['verify', 'latest', '--identity', 'other.txt', '--json'])
    expect(wrong.exitCode).toBe(2)
    expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { code: 'DECRYPT_KEY_WRONG' } })
    expect((await show()).verification).toBe('stored')
    const { exitCode, stdout } = await desk.run(['verify', 'latest', '--json', ...identity])
    expect(exitCode).toBe(0)
    expect(checksOf((JSON.parse(stdout) as { verdicts: Verdict[] }).verdicts)).toMatchObject({
      decode: 'passed',
      contents: 'passed',
    })
    expect((await show()).verification).toBe('archive')
  })

  it('leaves the target alone where the key is missing or wrong', async () => {
    const to = server.url(`${shop.name}_nothing`)
    for (const [code, ...options] of [
      ['DECRYPT_KEY_MISSING'],
      ['DECRYPT_KEY_WRONG', '--stream', '--identity', 'other.txt'],
    ] as const) {
      const arguments_ = ['restore', 'latest', '--to', to, '--create-database', '--json', ...options]
      const { exitCode, stdout } = await desk.run(arguments_)
      expect(exitCode).toBe(2)
      expect(JSON.parse(stdout)).toMatchObject({ error: { code } })
    }
    expect(await server.psql(`SELECT count(*) FROM pg_database WHERE datname = '${shop.name}_nothing'`)).toBe(
      '0',
    )
  })

  it.each([['in parallel'], ['as a stream', '--stream']])('comes back %s', async (_how, ...options) => {
    const name = `${shop.name}_copy`
    const arguments_ = [
      'restore',
      'latest',
      '--to',
      server.url(name),
      '--create-database',
      '--json',
      ...options,
    ]
    const { exitCode, stdout } = await desk.run(arguments_, { HOLDFAST_IDENTITY: 'key.txt' })
    await server.psql(`DROP DATABASE IF EXISTS "${name}"`)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded', rows: 5050 })
  })

  it('is given as it is stored without a key, and decoded with it', async () => {
    await mkdir(join(desk.directory, 'got'))
    expect((await desk.run(['get', 'latest', '--output', 'got'])).exitCode).toBe(0)
    expect(await only('got', '.dump.zst.age.sha256')).toBeDefined()
    const missing = await desk.run(['get', 'latest', '--decode', '--output', 'shop.dump'])
    expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is encrypted') })
    const arguments_ = ['get', 'latest', '--decode', '--output', 'shop.dump', ...identity]
    expect((await desk.run(arguments_)).exitCode).toBe(0)
    expect((await readFile(join(desk.directory, 'shop.dump'))).subarray(0, 5).toString()).toBe('PGDMP')
  })

  it('does not take a key for a file, nor a file for a key, and shows neither', async () => {
    const key = /AGE-SECRET-KEY-\S+/.exec(await readFile(join(desk.directory, 'key.txt'), 'utf8'))?.[0] ?? ''
    const attempts = [
      ['verify', 'latest', '--identity', key],
      ['verify', 'latest', '--identity', 'shop.dump'],
      ['backup', '--recipient', key],
    ]
    for (const arguments_ of attempts) {
      const { exitCode, stdout, stderr } = await desk.run(arguments_)
      expect({ exitCode, arguments_ }).toEqual({ exitCode: 2, arguments_ })
      expect(stdout + stderr).not.toContain(key.slice(20, 40))
    }
  })
})

describe('a job that is encrypted', () => {
  it('needs a file of recipients, and reads with the identities that it names', async () => {
    await writeFile(join(desk.directory, 'all.txt'), `# the team\n${recipient}\n\n${otherRecipient}\n`)
    await configure({ recipientsFiles: ['all.txt'] })
    expect((await desk.run(['backup'])).exitCode).toBe(0)
    const { manifest } = await show()
    expect(manifest.encryption?.recipients).toEqual([recipient, otherRecipient])
    await configure({ recipientsFiles: ['all.txt'], identityFiles: ['other.txt'] })
    const { exitCode, stdout } = await desk.run(['verify', 'latest', '--json'])
    expect(exitCode).toBe(0)
    expect(checksOf((JSON.parse(stdout) as { verdicts: Verdict[] }).verdicts)).toMatchObject({
      decode: 'passed',
    })
    const { stdout: diagnosis } = await desk.run(['doctor'])
    expect(diagnosis).toContain('age, to 2 recipients; this machine is given an identity')
  })

  it('is refused before anything is stored where a line of the file is no recipient', async () => {
    const before = await filesIn('kept')
    await writeFile(join(desk.directory, 'bad.txt'), `${recipient}\nage1oops\n`)
    await configure({ recipientsFiles: ['bad.txt'] })
    const { exitCode, stderr } = await desk.run(['backup'])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/bad\.txt:2 .*is not an age recipient/s)
    const left = (await filesIn('kept')).filter((file) => !before.includes(file))
    expect(left.every((file) => file.endsWith('.report.json'))).toBe(true)
  })

  it('does not believe a backup that is not encrypted, unless it is asked without the job', async () => {
    await configure(undefined)
    expect((await desk.run(['backup'])).exitCode).toBe(0)
    await configure({ recipients: [recipient] })
    for (const arguments_ of [
      ['verify', 'latest', '--json'],
      ['restore', 'latest', '--dry-run', '--to', shop.url, '--json'],
    ]) {
      const { exitCode, stdout } = await desk.run(arguments_)
      expect(exitCode).toBe(5)
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'VERIFY_UNENCRYPTED' } })
    }
    expect((await show()).verification).toBe('archive')
    expect((await desk.run(['verify', 'latest', '--from', 'kept'])).exitCode).toBe(0)
  })

  it('can be so with a passphrase, which stands nowhere', { timeout: 60_000 }, async () => {
    await rm(join(desk.directory, 'kept'), { recursive: true })
    const passphrase = 'kanari-of-the-coal-mine'
    await configure({ passphrase: '${BACKUP_WORDS}' })
    const made = await desk.run(['backup', '--json'], { BACKUP_WORDS: passphrase })
    expect(made.exitCode).toBe(0)
    const { manifest } = await show('--from', 'kept')
    expect(manifest.encryption?.recipients).toEqual(['passphrase'])
    expect(manifest.restoreByHand).toMatch(/^age -d \S+\.age \| /)
    const read = await desk.run(['verify', 'latest', '--from', 'kept', '--level', 'archive'], {
      HOLDFAST_PASSPHRASE: passphrase,
    })
    expect(read.exitCode).toBe(0)
    expect(read.stdout + read.stderr).not.toContain(passphrase)
    const written = await Promise.all((await filesIn('kept')).map((file) => readFile(file, 'latin1')))
    expect([made.stdout, made.stderr, ...written].filter((text) => text.includes(passphrase))).toEqual([])
  })
})

describe('a job that signs', () => {
  let publicKey: string

  beforeAll(async () => {
    await rm(join(desk.directory, 'kept'), { recursive: true, force: true })
    publicKey = (await desk.run(['keygen', '--signing', 'shop.pem'])).stdout
    await configure(
      { recipients: [recipient] },
      { signing: { keyFile: 'shop.pem', publicKeys: [publicKey] } },
    )
  })

  it('stores the signature before the manifest', async () => {
    const { exitCode, stdout } = await desk.run(['backup', '--json'])
    expect(exitCode).toBe(0)
    const roles = (JSON.parse(stdout) as Report).backup?.objects.map(({ role }) => role)
    expect(roles).toEqual(['dump', 'globals', 'sidecar', 'signature', 'manifest'])
  })

  it('is believed with its key, in a configuration, a file or an argument', async () => {
    expect((await show()).verification).toBe('archive')
    for (const key of [publicKey, 'shop.pub.pem']) {
      const options = ['--from', 'kept', '--verify-key', key]
      expect((await show(...options)).verification).toBe('archive')
      expect((await desk.run(['show', 'latest', ...options])).stdout).toContain('by a trusted key')
    }
    for (const key of ['shop.pem', 'nowhere.pem']) {
      const { exitCode } = await desk.run(['list', '--from', 'kept', '--verify-key', key])
      expect(exitCode).toBe(2)
    }
  })

  it('is not restored, nor verified, where the manifest was changed or the key is another', async () => {
    const manifest = await only('kept', '.manifest.json')
    const text = await readFile(manifest, 'utf8')
    await writeFile(manifest, text.replace('"job": "shop"', '"job":  "shop"'))
    for (const arguments_ of [
      ['verify', 'shop_full_2'],
      ['restore', 'shop_full_2', '--dry-run', '--to', shop.url],
    ]) {
      const name = /shop_full_\d+_\d+/.exec(manifest)?.[0] ?? ''
      const arguments__ = arguments_.map((one) => one.replace('shop_full_2', name))
      const { exitCode, stderr } = await desk.run(arguments__)
      expect({ exitCode, stderr }).toMatchObject({
        exitCode: 5,
        stderr: expect.stringContaining('VERIFY_SIGNATURE'),
      })
    }
    const { stdout } = await desk.run(['list', '--json'])
    expect(JSON.parse(stdout)).toMatchObject([{ verification: 'invalid' }])
    expect((await desk.run(['prune'])).exitCode).toBe(0)
    expect(await readFile(manifest, 'utf8')).toContain('"job":  "shop"')
    await writeFile(manifest, text)
    const other = (await desk.run(['keygen', '--signing', 'another.pem'])).stdout
    const listed = await desk.run(['list', '--json', '--from', 'kept'], { HOLDFAST_VERIFY_KEY: other })
    expect(JSON.parse(listed.stdout)).toMatchObject([{ verification: 'invalid' }])
  })

  it('is damaged where its dump was swapped for another of the same recipient', async () => {
    await cp(join(desk.directory, 'kept'), join(desk.directory, 'swapped'), { recursive: true })
    const dump = await only('swapped', '.dump.zst.age')
    await cp(await only('backups', '.dump.zst.age'), dump)
    const { exitCode, stdout } = await desk.run(['verify', 'latest', '--from', 'swapped', '--json'])
    expect(exitCode).toBe(5)
    expect(checksOf((JSON.parse(stdout) as { verdicts: Verdict[] }).verdicts)).toMatchObject({
      sha256: 'failed',
    })
    expect((await show('--from', 'swapped')).verification).toBe('failed')
  })

  it('makes no backup that it would not believe itself', async () => {
    const other = (await desk.run(['keygen', '--signing', 'third.pem'])).stdout
    for (const signing of [{ keyFile: 'shop.pem', publicKeys: [other] }, { publicKeys: [publicKey] }]) {
      await configure(undefined, { signing })
      const { exitCode } = await desk.run(['backup'])
      expect(exitCode).toBe(2)
    }
  })
})

/** The status of each check of the verifier of the archive. */
function checksOf(verdicts: readonly Verdict[]): Record<string, string> {
  const checks = verdicts.find(({ verifier }) => verifier === 'archive')?.checks ?? []
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]))
}
