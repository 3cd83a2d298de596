import type { Look } from './look.ts'
import { cleanLine, cut, pad, widthOf } from './text.ts'

export interface Column<Row> {
  heading: string
  /** Without colours and line breaks. */
  text(row: Row): string
  paint?(text: string, row: Row): string
  align?: 'left' | 'right'
  /** Where there is no room the column with the highest number goes first; without one it always stays. */
  drop?: number
  /** May be cut down to this width before a column is dropped. */
  shrinkTo?: number
}

const gap = '  '

/** A table that fits the look's columns: first columns are dropped, then what may shrink is cut. No trailing spaces. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], look: Look): string {
  const measured = columns.map((column) => ({
    column,
    cells: rows.map((row) => cleanLine(column.text(row))),
    width: Math.max(widthOf(column.heading), ...rows.map((row) => widthOf(cleanLine(column.text(row))))),
  }))
  const shown = fit(measured, look.columns)
  const line = (cellOf: (index: number) => { text: string; paint?: (text: string) => string }): string =>
    shown
      .map(({ column, width }, index) => {
        const { text, paint = (same) => same } = cellOf(index)
        const padded = pad(cut(text, width), width, column.align)
        return paint(index === shown.length - 1 && column.align !== 'right' ? padded.trimEnd() : padded)
      })
      .join(gap)
  const heading = line((index) => ({
    text: shown[index]?.column.heading ?? '',
    paint: (text) => look.paint('dim', text),
  }))
  const body = rows.map((row, at) =>
    line((index) => {
      const one = shown[index]
      return {
        text: one?.cells[at] ?? '',
        ...(one?.column.paint !== undefined && {
          paint: (text: string) => one.column.paint?.(text, row) ?? text,
        }),
      }
    }),
  )
  return [heading, ...body].join('\n')
}

interface Measured<Row> {
  column: Column<Row>
  cells: string[]
  width: number
}

function fit<Row>(all: readonly Measured<Row>[], columns: number): Measured<Row>[] {
  let shown = [...all]
  while (totalWidth(shown, true) > columns) {
    const droppable = shown.filter(({ column }) => column.drop !== undefined)
    const last = droppable.toSorted((a, b) => (b.column.drop ?? 0) - (a.column.drop ?? 0))[0]
    if (last === undefined) break
    shown = shown.filter((one) => one !== last)
  }
  return shrink(shown, columns)
}

/** Takes what is too much from the columns that may shrink, the widest first. */
function shrink<Row>(shown: readonly Measured<Row>[], columns: number): Measured<Row>[] {
  const result = shown.map((one) => ({ ...one }))
  for (let tooMuch = totalWidth(result, false) - columns; tooMuch > 0; tooMuch -= 1) {
    const widest = result
      .filter(({ column, width }) => column.shrinkTo !== undefined && width > column.shrinkTo)
      .toSorted((a, b) => b.width - a.width)[0]
    if (widest === undefined) break
    widest.width -= 1
  }
  return result
}

function totalWidth<Row>(shown: readonly Measured<Row>[], smallest: boolean): number {
  const widths = shown.map(({ column, width }) =>
    smallest ? Math.min(width, column.shrinkTo ?? width) : width,
  )
  return widths.reduce((sum, width) => sum + width, 0) + gap.length * Math.max(0, shown.length - 1)
}
