import type { Notification } from '@holdfast/plugin'

const beginning = /^Late, since it could not be sent on [\d-]+ [\d:]+ UTC: /

/** How the summary of a message begins that is told late, before the job; empty for others. */
export function lateBeginning({ summary }: Pick<Notification, 'summary'>): string {
  return beginning.exec(summary)?.[0] ?? ''
}
