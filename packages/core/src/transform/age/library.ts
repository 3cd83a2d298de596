/**
 * The library that knows age's keys and headers. Loading it takes longer than most commands, and most of them meet no
 * encrypted backup.
 */
export function loadAge(): Promise<typeof import('age-encryption')> {
  return import('age-encryption')
}
