import type { Backup, Copy } from '@holdfast/core'
import type { Context } from '../context.ts'
import { findOne, type PlaceOptions } from '../places.ts'
import { renderBackup } from '../render/backup-page.ts'
import { shellQuote } from '../shell-quote.ts'
import { listed } from './list.ts'

export async function show(wanted: string, options: PlaceOptions, context: Context): Promise<void> {
  const { stdout, json } = context
  const { backup } = await findOne(wanted, options, context)
  const restoreCommand = `holdfast restore ${backup.id}${flags(options)} --to "$TARGET_DATABASE_URL"`
  const { copies } = backup
  const verdicts = copies.flatMap((copy) => copy.verdicts)
  if (json) {
    const locations = copies.map(({ storage, location }) => ({ storage, location }))
    const page = {
      ...listed(backup),
      locations,
      copies: copies.map((copy) => describeCopy(copy, backup)),
      verdicts,
      restoreCommand,
      manifest: backup.manifest ?? null,
    }
    stdout.write(`${JSON.stringify(page, undefined, 2)}\n`)
    return
  }
  stdout.write(`${renderBackup(backup, verdicts, restoreCommand, stdout.look)}\n`)
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

function flags({ from, config }: PlaceOptions): string {
  if (from !== undefined) return ` --from ${shellQuote(from)}`
  return config === undefined ? '' : ` --config ${shellQuote(config)}`
}
