export { formatAge, formatBytes, formatCount, formatDuration } from '@holdfast/message'

/** A moment in the time zone of whoever is looking: `2026-11-22 03:00`. */
export function formatTime(moment: Date): string {
  const part = (value: number): string => String(value).padStart(2, '0')
  const day = `${moment.getFullYear()}-${part(moment.getMonth() + 1)}-${part(moment.getDate())}`
  return `${day} ${part(moment.getHours())}:${part(moment.getMinutes())}`
}
