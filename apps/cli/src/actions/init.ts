import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { initConfig } from '@holdfast/core'
import type { Context } from '../context.ts'
import { renderWarning } from '../render/error.ts'
import { marked } from '../render/look.ts'
import { usageError } from '../usage.ts'

export async function init(options: { force?: true | undefined }, context: Context): Promise<void> {
  const { directory, environment, screen, quiet } = context
  const { fileName, text, notes } = initConfig(environment)
  const path = join(directory, fileName)
  await writeConfig(path, text, options.force === true)
  if (quiet) return
  screen.say(
    [
      `${marked('good', screen.look())} ${path}`,
      ...notes.map((note) => renderWarning(note, screen.look())),
      '',
      '  Read it through, then:',
      '    holdfast doctor     checks everything that a backup needs',
      '    holdfast backup     makes the first one',
    ].join('\n'),
  )
}

async function writeConfig(path: string, text: string, replace: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: replace ? 'w' : 'wx' })
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    if (error.code === 'EEXIST') throw usageError(`${path} is there already`, 'Replace it with --force.')
    throw usageError(
      `${path} could not be written: ${error.message}`,
      'Choose a directory that you may write to.',
    )
  }
}
