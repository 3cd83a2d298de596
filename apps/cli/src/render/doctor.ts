import type { DoctorCheck } from '../doctor/check.ts'
import { marked, markOf, readingWidth, type Look } from './look.ts'
import { clean, pad, widthOf, wrap } from './text.ts'
import { formatCount } from './units.ts'

/** Names of people's own, such as those of notifiers, may be longer than ours, but not push out what was found. */
const leastNameWidth = 13
const mostNameWidth = 22

/** One line for each check, and below it what to do where it failed. Names take `nameWidth` columns. */
export function renderChecks(
  checks: readonly DoctorCheck[],
  look: Look,
  nameWidth: number = Math.min(
    mostNameWidth,
    Math.max(leastNameWidth, ...checks.map(({ name }) => widthOf(name))),
  ),
): string {
  const width = readingWidth(look) - nameWidth - 6
  const indent = ' '.repeat(nameWidth + 6)
  return inOneLine(checks)
    .flatMap(({ name, status, detail, fix, code }) => {
      const isLong = widthOf(name) > nameWidth
      const [first = '', ...rest] = isLong ? ['', ...wrap(clean(detail), width)] : wrap(clean(detail), width)
      const remedy = fix === undefined ? [] : wrap(clean(fix), width)
      return [
        `  ${marked(markOf[status], look)} ${pad(name, nameWidth)}  ${status === 'skipped' ? look.paint('dim', first) : first}`,
        ...rest.map((line) => indent + line),
        ...remedy.map((line) => indent + look.paint('strong', line)),
        ...(code === undefined ? [] : [indent + look.paint('dim', `${code}  docs/errors.md`)]),
      ]
    })
    .join('\n')
}

/** What was not reached is worth one line, not one each. */
function inOneLine(checks: readonly DoctorCheck[]): DoctorCheck[] {
  const unreached = checks.filter(({ status, detail }) => status === 'skipped' && detail === 'not reached')
  const [first, ...others] = unreached
  if (first === undefined || others.length === 0) return [...checks]
  const merged = { ...first, name: 'not reached', detail: unreached.map(({ name }) => name).join(', ') }
  return checks.flatMap((check) => (check === first ? [merged] : unreached.includes(check) ? [] : [check]))
}

/** The last line: whether a backup would work. */
export function renderDiagnosis(checks: readonly DoctorCheck[], look: Look): string {
  const failures = checks.filter(({ status }) => status === 'failed').length
  const warnings = checks.filter(({ status }) => status === 'warning').length
  if (failures > 0)
    return `${marked('bad', look)} ${formatCount(failures, 'check')} failed: a backup would not work as it should`
  if (warnings > 0)
    return `${marked('warning', look)} a backup would work, with ${formatCount(warnings, 'warning')}`
  return `${marked('good', look)} everything that a backup needs is there`
}

/** The last line where a storage was held to its promises. */
export function renderPromises(checks: readonly DoctorCheck[], look: Look): string {
  const failures = checks.filter(({ status }) => status === 'failed').length
  const warnings = checks.filter(({ status }) => status === 'warning').length
  if (failures > 0)
    return `${marked('bad', look)} ${formatCount(failures, 'check')} failed: do not rely on this storage`
  if (warnings > 0)
    return `${marked('warning', look)} the storage can be relied on, with ${formatCount(warnings, 'warning')}`
  return `${marked('good', look)} the storage does everything that it has to`
}
