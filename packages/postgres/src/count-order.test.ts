import type { TableFacts } from '@holdfast/plugin'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { countOrder } from './count-order.ts'

const megabyte = 1 << 20

function table(name: string, megabytes: number): TableFacts {
  return { schema: 'public', name, bytes: megabytes * megabyte }
}

describe('the order in which tables are counted', () => {
  it('gives small tables at once, the largest first, and waits with large ones', async () => {
    const order = countOrder([table('small', 1), table('large', 500), table('middle', 20)])
    expect([await order.next(), await order.next()]).toMatchObject([{ name: 'middle' }, { name: 'small' }])
    const next = order.next()
    expect(await Promise.race([next, sleep(50, 'waits')])).toBe('waits')
    order.reached('public.large')
    expect(await next).toMatchObject({ name: 'large' })
    expect(await order.next()).toBeUndefined()
  })

  it('gives a table that is reached before the small ones that are left, and once', async () => {
    const order = countOrder([table('small', 1), table('large', 500)])
    order.reached('public.large')
    order.reached('public.large')
    order.reached('public.nobody')
    expect([await order.next(), await order.next()]).toMatchObject([{ name: 'large' }, { name: 'small' }])
    expect(await order.next()).toBeUndefined()
  })

  it('gives what is left to everybody who waits once nothing more is reached', async () => {
    const order = countOrder([table('first', 100), table('second', 200), table('third', 300)])
    const all = Promise.all([order.next(), order.next(), order.next(), order.next()])
    order.reached('public.second')
    order.over()
    const names = (await all).map((one) => one?.name)
    expect(new Set(names)).toEqual(new Set(['first', 'second', 'third', undefined]))
  })

  it('gives every table of a name that could be read in two ways', async () => {
    const twins = [
      { ...table('c', 100), schema: 'a.b' },
      { ...table('b.c', 200), schema: 'a' },
    ]
    const order = countOrder(twins)
    order.reached('a.b.c')
    expect([await order.next(), await order.next()]).toEqual(twins.toReversed())
    expect(await order.next()).toBeUndefined()
  })

  it('waits for nothing where there is nothing', async () => {
    expect(await countOrder([]).next()).toBeUndefined()
  })
})
