import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { type Daemon, startDaemon } from './ceph/daemon.ts'
import { type CephPrograms, findCeph } from './ceph/programs.ts'
import { settingsOf } from './ceph/settings.ts'
import { freePort } from './port.ts'
import { removeAfterThisProcess } from './remove-after.ts'
import type { S3Access } from './s3-access.ts'

/** A throwaway Ceph with an object gateway: a real S3 server, which keeps everything in memory. */
export interface RgwServer extends S3Access {
  /** Another user of the same server, who may not see the first one's buckets. */
  createUser(): Promise<S3Access>
  /** Stops it and removes its directory. Twice is fine. */
  stop(): Promise<void>
}

/** True where `startRgw` finds what it needs. */
export function isRgwInstalled(): boolean {
  return findCeph() !== undefined
}

export interface RgwOptions {
  /** How many objects a page of a listing has. Default 1000, as everywhere. */
  pageObjects?: number
}

/** Starts one on free ports of the loopback address. It ends with this process at the latest. */
export async function startRgw({ pageObjects = 1000 }: RgwOptions = {}): Promise<RgwServer> {
  const programs = findCeph()
  if (programs === undefined) {
    throw new Error(
      'Ceph’s programs are not on PATH. Install them: sudo apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd',
    )
  }
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-lab-rgw-'))
  const release = removeAfterThisProcess(directory)
  const daemons: Daemon[] = []
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> =>
    (stopped ??= (async () => {
      // The gateway first: it would wait for the others.
      for (const daemon of daemons.toReversed()) await daemon.stop()
      release()
      await rm(directory, { recursive: true, force: true })
    })())
  try {
    return { ...(await start(programs, directory, daemons, pageObjects)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(
  programs: CephPrograms,
  directory: string,
  daemons: Daemon[],
  pageObjects: number,
): Promise<Omit<RgwServer, 'stop'>> {
  const [monitorPort, gatewayPort] = [await freePort(), await freePort()]
  const uuid = randomUUID()
  const settings = join(directory, 'ceph.conf')
  await writeFile(settings, settingsOf({ directory, uuid, monitorPort, gatewayPort, pageObjects }))
  const run = async (program: keyof CephPrograms, args: readonly string[]): Promise<string> => {
    const { stdout } = await execa(programs[program], [...args, '--conf', settings], { stdin: 'ignore' })
    return stdout
  }
  const daemon = (program: keyof CephPrograms, args: readonly string[]): Daemon => {
    const started = startDaemon(programs[program], [...args, '--foreground', '--conf', settings])
    daemons.push(started)
    return started
  }

  const map = join(directory, 'monmap')
  const address = `[v2:127.0.0.1:${monitorPort}]`
  await execa(programs.monmaptool, ['--create', '--fsid', uuid, '--addv', 'a', address, map])
  await run('ceph-mon', ['--mkfs', '--id', 'a', '--monmap', map])
  daemon('ceph-mon', ['--id', 'a'])

  await mkdir(join(directory, 'disk'))
  await Promise.all([
    run('ceph', ['osd', 'new', uuid]),
    run('ceph-osd', ['--mkfs', '--id', '0', '--osd-uuid', uuid, '--no-mon-config']),
  ])
  daemon('ceph-osd', ['--id', '0'])

  const gateway = daemon('radosgw', ['--name', 'client.rgw'])
  const endpoint = `http://127.0.0.1:${gatewayPort}`
  const user = async (): Promise<S3Access> => {
    const [accessKeyId, secretAccessKey] = [randomKey(10), randomKey(20)]
    const name = `user-${accessKeyId}`
    const keys = ['--access-key', accessKeyId, '--secret-key', secretAccessKey]
    await run('radosgw-admin', ['user', 'create', '--uid', name, '--display-name', name, ...keys])
    return { endpoint, region: 'us-east-1', accessKeyId, secretAccessKey }
  }
  const [first] = await Promise.all([user(), answering(endpoint, gateway, directory)])
  return { ...first, createUser: user }
}

function randomKey(bytes: number): string {
  return randomBytes(bytes).toString('hex').toUpperCase()
}

async function answering(endpoint: string, gateway: Daemon, directory: string): Promise<void> {
  const giveUpAt = performance.now() + 60_000
  for (;;) {
    const answer = await fetch(endpoint).catch(() => undefined)
    if (answer !== undefined) return
    if (gateway.hasEnded() || performance.now() > giveUpAt) {
      const log = await readFile(join(directory, 'client.rgw.log'), 'utf8').catch(() => '')
      throw new Error(`Ceph RGW did not start:\n${log.slice(-4000)}`)
    }
    await sleep(20)
  }
}
