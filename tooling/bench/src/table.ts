/** One line of the result. */
export interface Row {
  what: string
  holdfast: string
  /** What it is measured against, and how that did. */
  against: string
  ratio: string
  limit: string
  isMet: boolean
}

const headings = ['', 'holdfast', 'measured against', 'ratio', 'limit', '']

/** The rows as an aligned table. */
export function renderTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.holdfast,
    row.against,
    row.ratio,
    row.limit,
    row.isMet ? 'ok' : 'MISSED',
  ])
  const lines = [headings, ...cells]
  const widths = headings.map((_heading, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  )
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 1 || column === 3
            ? cell.padStart(widths[column] ?? 0)
            : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  if (low === undefined || high === undefined) throw new RangeError('there is no median of nothing')
  return (low + high) / 2
}

export function inSeconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(2)} s`
}

export function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
