import { type Check, type Manifest, type VerdictStatus, withCommas } from '@holdfast/plugin'
import type { Measure } from './measures.ts'
import type { SizeOptions } from './options.ts'

/** Compares one figure of a backup with the average of the newest of its history that have it. */
export function compare(
  measure: Measure,
  manifest: Manifest,
  history: readonly Manifest[],
  options: SizeOptions,
): Check {
  const check = (status: VerdictStatus, detail: string): Check => ({ name: measure.name, status, detail })
  const value = measure.read(manifest)
  if (value === undefined) return check('skipped', 'not recorded for this backup')
  const now = measure.print(value)

  const latest = history.slice(0, options.last)
  const values = latest
    .filter((earlier) => measure.incomparable(manifest, earlier) === undefined)
    .map((earlier) => measure.read(earlier))
    .filter((earlier) => earlier !== undefined)
  if (values.length === 0) return check('skipped', `${now}; ${whyNothing(measure, manifest, latest)}`)

  const sum = values.reduce((total, earlier) => total + earlier, 0)
  const before = printBefore(measure, values.length, sum)
  if (sum === 0) {
    return value === 0
      ? check('passed', `${now}, as before`)
      : check('warning', `${now}, more than ${before}`)
  }
  // Nothing at all where there was something is beyond any tolerance, also one of 100%.
  if (value === 0) return check('failed', `${now}, 100% smaller than ${before}`)

  // Multiplied out, so that a change of exactly the tolerance is never beyond it by a rounding error.
  const scaled = value * values.length * 100
  const shrunk = scaled < sum * (100 - options.tolerancePercent)
  const grown = scaled > sum * (100 + options.tolerancePercent)
  const change = printChange(scaled / sum - 100, shrunk || grown ? options.tolerancePercent : undefined)
  return check(shrunk ? 'failed' : grown ? 'warning' : 'passed', `${now}, ${change} ${before}`)
}

function whyNothing(measure: Measure, manifest: Manifest, latest: readonly Manifest[]): string {
  const [previous] = latest
  if (previous === undefined) return 'no earlier backup of this job and kind to compare with'
  return measure.incomparable(manifest, previous) ?? 'not recorded for the backups before it'
}

function printBefore(measure: Measure, count: number, sum: number): string {
  return count === 1
    ? `the one before (${measure.print(sum)})`
    : `the average of the last ${count} (${measure.print(sum / count)})`
}

function printChange(percent: number, exceeded: number | undefined): string {
  const rounded = Math.abs(Number(percent.toFixed(1)))
  const shown =
    exceeded !== undefined && rounded <= exceeded ? `just over ${exceeded}%` : `${withCommas(rounded)}%`
  if (rounded === 0 && exceeded === undefined) return 'the same as'
  return `${shown} ${percent < 0 ? 'smaller' : 'larger'} than`
}
