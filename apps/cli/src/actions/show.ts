import { reportOf, restoreCommandFor, type Backup, type Copy } from '@holdfast/core'
import { verdictsOf } from '../backup-verdicts.ts'
import type { Context } from '../context.ts'
import { findOne, placeFlags, type PlaceOptions } from '../places.ts'
import { renderBackup } from '../render/backup-page.ts'
import { listed } from './list.ts'

export async function show(wanted: string, options: PlaceOptions, context: Context): Promise<void> {
  const { stdout, json, signal } = context
  const { backup, place } = await findOne(wanted, options, context)
  const restoreCommand = restoreCommandFor(backup.id, placeFlags(options))
  const notifications = (await reportOf(backup, place.job.storages, signal))?.notifications ?? []
  const { copies } = backup
  const verdicts = verdictsOf(copies)
  if (json) {
    const locations = copies.map(({ storage, location }) => ({ storage, location }))
    const { manifest = null } = backup
    const page = {
      ...listed(backup),
      locations,
      copies: copies.map((copy) => describeCopy(copy, backup)),
      verdicts,
      notifications,
      restoreCommand,
      manifest,
    }
    stdout.write(`${JSON.stringify(page, undefined, 2)}\n`)
    return
  }
  stdout.write(`${renderBackup(backup, { verdicts, notifications, restoreCommand }, stdout.look)}\n`)
}

/** A copy as `show --json` has it; `createOnly` and `checksums` are what its storage said when the run stored it. */
function describeCopy({ storage, plugin, location, verification }: Copy, { manifest }: Backup): object {
  const facts = manifest?.copies?.find((copy) => copy.storage === storage)
  return {
    storage,
    plugin,
    location,
    verification,
    createOnly: facts?.createOnly ?? null,
    checksums: facts?.checksums ?? {},
  }
}
