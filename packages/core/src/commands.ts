import type { Notification } from '@holdfast/plugin'

/** The command that restores a backup, with the flags that find it, such as `--from ./backups`. */
export function restoreCommandFor(id: string, flags: string | undefined): string {
  return `holdfast restore ${id}${spaced(flags)} --to "$TARGET_DATABASE_URL"`
}

/** What somebody types who is told of a job. */
export function commandsFor(
  job: string,
  {
    shown,
    restorable,
    flags,
  }: { shown: string | undefined; restorable: string | undefined; flags: string | undefined },
): Notification['commands'] {
  return {
    look:
      shown === undefined ? `holdfast list ${job}${spaced(flags)}` : `holdfast show ${shown}${spaced(flags)}`,
    ...(restorable !== undefined && { restore: restoreCommandFor(restorable, flags) }),
  }
}

function spaced(flags: string | undefined): string {
  return flags === undefined || flags === '' ? '' : ` ${flags}`
}
