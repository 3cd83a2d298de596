/** What a Retry-After header asks for, in milliseconds: it has seconds or a date. Undefined where it says nothing. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const value = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  // The dates of HTTP all begin with the name of a day; Date.parse alone takes far more for a date.
  const date = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
