import { describe, expect, it } from 'vitest'
import { plain } from './look.ts'
import { renderTable, type Column } from './table.ts'
import { widthOf } from './text.ts'

interface Row {
  id: string
  job: string
  size: string
  name: string
}

const columns: Column<Row>[] = [
  { heading: 'id', text: ({ id }) => id },
  { heading: 'job', text: ({ job }) => job, shrinkTo: 6, drop: 1 },
  { heading: 'size', text: ({ size }) => size, align: 'right' },
  { heading: 'name', text: ({ name }) => name, drop: 2 },
]
const rows: Row[] = [
  { id: '4f1c', job: 'shop-production', size: '96 MB', name: 'shop_full_1' },
  { id: 'a0', job: 'blog', size: '812 bytes', name: 'blog_full_2' },
]
const at = (width: number) => renderTable(rows, columns, { columns: width, paint: plain })

describe('renderTable', () => {
  it('shows everything where there is room', () => {
    expect(at(Infinity)).toBe(
      [
        'id    job                   size  name',
        '4f1c  shop-production      96 MB  shop_full_1',
        'a0    blog             812 bytes  blog_full_2',
      ].join('\n'),
    )
  })

  it('shrinks before it drops, and drops the least needed first', () => {
    expect(at(40)).toContain('shop-prod…')
    expect(at(40)).toContain('name')
    expect(at(30)).not.toContain('name')
    expect(at(30)).toContain('job')
    expect(at(18)).toBe(['id         size', '4f1c      96 MB', 'a0    812 bytes'].join('\n'))
  })

  it('fits every width from the narrowest on', () => {
    for (let width = 18; width < 60; width += 1) {
      for (const line of at(width).split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width)
    }
  })
})
