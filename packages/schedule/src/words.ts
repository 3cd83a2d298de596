import cronstrue from 'cronstrue'
import type { Expression } from './expression.ts'

/** When something runs, for people: `At 03:00, only on Sunday`. The time zone is not in it. */
export function inWords({ fields }: Pick<Expression, 'fields'>): string {
  return cronstrue.toString(fields, { use24HourTimeFormat: true })
}
