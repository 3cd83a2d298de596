import { createHash } from 'node:crypto'

/** What a job may be called: its name is a directory in every storage and a part of every file name. */
export const jobNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/** The job of a database that has none: its name, or one made from it where that can't be the name of a job. */
export function jobNameFor(database: string): string {
  if (jobNamePattern.test(database)) return database
  const slug = database
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, 90)
  const digest = createHash('sha256').update(database).digest('hex').slice(0, 6)
  return `${slug === '' ? 'database' : slug}-${digest}`
}
