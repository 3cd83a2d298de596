import { isTimeZone, readExpression } from './expression.ts'
import { taskKinds } from './job-schedules.ts'

/** One thing wrong with the schedules of a configuration. */
export interface ScheduleFinding {
  path: readonly (string | number)[]
  message: string
}

/**
 * What is wrong with the schedules in a configuration as it is written: expressions and time zones. Looks only at what
 * has the right type; the rest is the business of whoever reads the configuration.
 */
export function scheduleFindings(value: unknown): ScheduleFinding[] {
  const jobs = isRecord(value) && isRecord(value['jobs']) ? Object.entries(value['jobs']) : []
  return jobs.flatMap(([name, job]) =>
    isRecord(job) ? findingsOf(job['schedule'], ['jobs', name, 'schedule']) : [],
  )
}

function findingsOf(schedule: unknown, path: readonly (string | number)[]): ScheduleFinding[] {
  if (typeof schedule === 'string') return wrongExpression(schedule, path)
  if (!isRecord(schedule)) return []
  const { timeZone, blackouts } = schedule
  const zone = typeof timeZone === 'string' && isTimeZone(timeZone) ? timeZone : 'UTC'
  const expressions: [unknown, readonly (string | number)[]][] = [
    ...taskKinds.map((task): [unknown, string[]] => [schedule[task], [...path, task] as string[]]),
    ...(Array.isArray(blackouts) ? blackouts : []).map(
      (blackout: unknown, index): [unknown, readonly (string | number)[]] => [
        isRecord(blackout) ? blackout['at'] : undefined,
        [...path, 'blackouts', index, 'at'],
      ],
    ),
  ]
  return [
    ...(typeof timeZone === 'string' && !isTimeZone(timeZone)
      ? [
          {
            path: [...path, 'timeZone'],
            message: `must be a time zone such as Europe/Berlin, is ${JSON.stringify(timeZone)}`,
          },
        ]
      : []),
    ...expressions.flatMap(([text, at]) => (typeof text === 'string' ? wrongExpression(text, at, zone) : [])),
  ]
}

function wrongExpression(text: string, path: readonly (string | number)[], zone = 'UTC'): ScheduleFinding[] {
  try {
    readExpression(text, zone)
    return []
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return [{ path, message: error.message }]
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
