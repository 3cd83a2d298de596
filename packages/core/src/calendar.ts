/** The calendar units that a retention policy can count in, finest first. */
export const calendarUnits = ['daily', 'weekly', 'monthly', 'yearly'] as const

export type CalendarUnit = (typeof calendarUnits)[number]

const dayMs = 86_400_000

/**
 * Names the calendar period that a moment lies in: `2026-11-22`, `2026-W47`, `2026-11`, `2026`. Always UTC, so that
 * neither the machine's time zone nor daylight saving moves a backup from one period to another; weeks are ISO 8601.
 */
export function periodOf(unit: CalendarUnit, moment: Date): string {
  const day = moment.toISOString().slice(0, 'yyyy-mm-dd'.length)
  switch (unit) {
    case 'daily':
      return day
    case 'weekly':
      return isoWeek(moment)
    case 'monthly':
      return day.slice(0, 'yyyy-mm'.length)
    case 'yearly':
      return day.slice(0, 'yyyy'.length)
  }
}

/** An ISO week belongs to the year that its Thursday is in. */
function isoWeek(moment: Date): string {
  const daysSinceMonday = (moment.getUTCDay() + 6) % 7
  const thursday = new Date(moment.getTime() + (3 - daysSinceMonday) * dayMs)
  const year = thursday.getUTCFullYear()
  const dayOfYear = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / dayMs)
  const week = Math.floor(dayOfYear / 7) + 1
  return `${year}-W${String(week).padStart(2, '0')}`
}

/** Whole days between two moments, 0 if the first is the later one. */
export function daysBetween(earlier: Date, later: Date): number {
  return Math.max(0, Math.floor((later.getTime() - earlier.getTime()) / dayMs))
}
