import type { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { configOption, fromOption, quietOption, verifyKeyOption } from './options.ts'

const marks = [
  {
    name: 'protect',
    summary: 'keep a backup whatever the retention says',
    description: 'Keeps a backup whatever the retention says, until `holdfast unprotect`.',
  },
  {
    name: 'unprotect',
    summary: 'let the retention decide about it again',
    description: 'Takes the protection of a backup back: the retention decides about it again.',
  },
  {
    name: 'accept',
    summary: 'say that a suspect backup is as it should be',
    description:
      'Says that a suspect backup is as it should be: it becomes the new measure for those that follow, and old backups may be deleted again.',
  },
] as const

export type MarkName = (typeof marks)[number]['name']

/** The commands that leave a mark on one backup. */
export function addMarks(program: Command): void {
  for (const { name, summary, description } of marks) {
    program
      .command(name)
      .helpGroup('Keep and delete:')
      .summary(summary)
      .description(description)
      .argument('<backup>', 'id, name, latest or job@latest')
      .addOption(fromOption())
      .addOption(verifyKeyOption())
      .addOption(configOption())
      .addOption(quietOption())
      .action((backup, options) =>
        perform(name, options, async (context) =>
          (await import('../actions/mark.ts')).mark(name, backup, options, context),
        ),
      )
  }
}
