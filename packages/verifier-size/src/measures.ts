import { type Manifest, withCommas } from '@holdfast/plugin'

/** One figure in which a backup is compared with the ones before it. */
export interface Measure {
  name: string
  /** Undefined where the manifest does not have the figure. */
  read(manifest: Manifest): number | undefined
  print(value: number): string
  /** Why the figures of these two say nothing about each other, where that is so. */
  incomparable(manifest: Manifest, earlier: Manifest): string | undefined
}

export const measures: readonly Measure[] = [
  {
    name: 'compressed-size',
    read: storedBytes,
    print: printBytes,
    incomparable: (manifest, earlier) =>
      otherFormat(manifest, earlier) ??
      (printCompression(manifest) === printCompression(earlier)
        ? undefined
        : `compression changed to ${printCompression(manifest)}`),
  },
  { name: 'raw-size', read: (manifest) => manifest.rawBytes, print: printBytes, incomparable: otherFormat },
  {
    name: 'rows',
    read: (manifest) => manifest.rows,
    print: printCount('rows'),
    incomparable: () => undefined,
  },
  {
    name: 'tables',
    read: (manifest) => manifest.tables.length,
    print: printCount('tables'),
    incomparable: () => undefined,
  },
]

function storedBytes({ objects }: Manifest): number {
  return objects
    .filter(({ role }) => role === 'dump' || role === 'globals')
    .reduce((sum, { bytes }) => sum + bytes, 0)
}

function otherFormat({ format }: Manifest, earlier: Manifest): string | undefined {
  return format === earlier.format ? undefined : `the format changed to ${format}`
}

function printCompression({ compression }: Manifest): string {
  return compression.algorithm === 'none' ? 'none' : `${compression.algorithm} level ${compression.level}`
}

function printCount(noun: string): (value: number) => string {
  return (value) => `${withCommas(Math.round(value))} ${noun}`
}

/** In powers of 1000, to two or three digits: `412 MB`, `1.4 GB`. */
function printBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = 0
  while (Number(value.toPrecision(3)) >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
