import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, rename, rm, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { chooseCopy, openObject, type Decryption, type ReadableCopy } from '@holdfast/core'
import { HoldfastError, type DataRole } from '@holdfast/plugin'
import type { Context } from '../context.ts'
import { openDecryption, type KeyOptions } from '../keys.ts'
import { findOne, type PlaceOptions } from '../places.ts'
import { renderWarning } from '../render/error.ts'
import { marked } from '../render/look.ts'
import { formatBytes } from '../render/units.ts'
import { usageError } from '../usage.ts'

export interface GetOptions extends PlaceOptions, KeyOptions {
  output?: string | undefined
  decode?: true | undefined
  globals?: true | undefined
  force?: true | undefined
}

export async function get(wanted: string, options: GetOptions, context: Context): Promise<number> {
  const { screen, directory, quiet, signal } = context
  const { backup, place } = await findOne(wanted, options, context)
  const copy = chooseCopy(backup, place.job.storages)
  const decryption = options.decode === true ? await openDecryption(place.job, options, context) : undefined
  const role: DataRole = options.globals === true ? 'globals' : 'dump'
  if (!copy.manifest.objects.some((object) => object.role === role)) {
    throw usageError(
      `${backup.name} holds no ${role}`,
      'Roles are kept beside full dumps, unless that is turned off.',
    )
  }
  if (options.output === '-') return toStdout(copy, role, decryption, context)

  const target = resolve(directory, options.output ?? '.')
  const isDirectory = (await stat(target).catch(() => undefined))?.isDirectory() === true
  const files = isDirectory
    ? filesOf(copy, role, options).map((file) => ({ ...file, path: join(target, file.name) }))
    : [{ role, path: target }]
  for (const file of files) {
    if (options.force !== true) await refuseExisting(file.path)
  }
  for (const file of files) {
    const body =
      file.role === 'dump' || file.role === 'globals'
        ? await open(copy, file.role, decryption, context)
        : await copy.storage.instance.get(keyOf(copy, file.role), { signal })
    const bytes = await writeWhole(body, file.path, options.force === true, signal)
    screen.rest()
    if (!quiet) screen.say(`${marked('good', screen.look())} ${file.path}  ${formatBytes(bytes)}`)
  }
  return 0
}

async function toStdout(
  copy: ReadableCopy,
  role: DataRole,
  decryption: Decryption | undefined,
  context: Context,
): Promise<number> {
  const { screen, signal } = context
  if (process.stdout.isTTY) {
    throw usageError(
      'stdout is a terminal, which is no place for a backup',
      'Send it into a file or another program.',
    )
  }
  try {
    await pipeline(await open(copy, role, decryption, context), process.stdout, { signal, end: false })
    return 0
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
    screen.rest()
    screen.say(renderWarning('whatever reads this stopped before the end', screen.look()))
    return 1
  }
}

type FileRole = DataRole | 'sidecar'

/** What goes into a directory: as it is stored, everything that `sha256sum -c` needs; decoded, the one thing. */
function filesOf(
  copy: ReadableCopy,
  role: DataRole,
  options: GetOptions,
): { role: FileRole; name: string }[] {
  const { manifest } = copy
  if (options.decode === true) {
    const extension = role === 'globals' ? 'globals.sql' : manifest.format === 'custom' ? 'dump' : 'sql'
    return [{ role, name: `${manifest.name}.${extension}` }]
  }
  const roles: FileRole[] = options.globals === true ? ['globals'] : ['dump', 'globals', 'sidecar']
  return roles
    .filter((one) => manifest.objects.some((object) => object.role === one))
    .map((one) => ({ role: one, name: basename(keyOf(copy, one)) }))
}

function keyOf({ manifest }: ReadableCopy, role: FileRole): string {
  const object = manifest.objects.find((one) => one.role === role)
  if (object !== undefined) return object.key
  throw new HoldfastError('VERIFY_MANIFEST', `the manifest of ${manifest.name} names no ${role}`)
}

async function open(
  copy: ReadableCopy,
  role: DataRole,
  decryption: Decryption | undefined,
  { screen, signal }: Context,
): Promise<Readable> {
  const total = copy.manifest.objects.find((object) => object.role === role)?.bytes ?? 0
  const onBytes = (bytes: number): void => {
    screen.show({ title: 'read', fraction: total === 0 ? 1 : bytes / total, bytes })
  }
  return openObject(copy, role, { decode: decryption !== undefined, decryption, onBytes, signal })
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return
  throw usageError(
    `${path} is there already`,
    'Choose another path with --output, or replace it with --force.',
  )
}

/** Writes a file whole or not at all, readable by its owner only; its length. */
async function writeWhole(
  body: Readable,
  path: string,
  replace: boolean,
  signal: AbortSignal,
): Promise<number> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`
  try {
    const file = createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true })
    await pipeline(body, file, { signal })
    if (replace) await rename(temporary, path)
    else await link(temporary, path)
    return file.bytesWritten
  } finally {
    await rm(temporary, { force: true })
  }
}
