import { acceptBackup, protectBackup, unprotectBackup } from '@holdfast/core'
import type { MarkName } from '../commands/marks.ts'
import type { Context } from '../context.ts'
import { findOne, type PlaceOptions } from '../places.ts'
import { marked } from '../render/look.ts'

const marks = {
  protect: { apply: protectBackup, done: 'is protected: no retention deletes it' },
  unprotect: { apply: unprotectBackup, done: 'is not protected any more' },
  accept: { apply: acceptBackup, done: 'is accepted: it is the measure for those that follow' },
}

export async function mark(
  name: MarkName,
  wanted: string,
  options: PlaceOptions,
  context: Context,
): Promise<void> {
  const { screen, now, signal, quiet } = context
  const { backup, place } = await findOne(wanted, options, context)
  const { apply, done } = marks[name]
  await apply(backup, { storages: place.job.storages, now: now(), signal })
  if (!quiet) screen.say(`${marked('good', screen.look())} ${backup.name} ${done}`)
}
