import type { PlannedAction, PrunePlan } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { plain } from './look.ts'
import { renderPlan, renderPruned } from './prune.ts'

const look = { columns: 80, paint: plain }

function action(id: string, day: number, what: PlannedAction['action'], reason: string): PlannedAction {
  const backup = {
    id,
    name: `shop_full_2026110${day}_030000`,
    job: 'shop',
    likeness: 'x',
    startedAt: new Date(2026, 10, day, 3),
    verified: true,
    protected: false,
    state: 'good' as const,
  }
  return { backup, action: what, reason }
}

function planOf(actions: PlannedAction[], frozen?: string): PrunePlan {
  const plan = { actions, ...(frozen !== undefined && { frozen }) }
  return { storage: { name: 'local' }, plan } as unknown as PrunePlan
}

describe('renderPlan', () => {
  it('gives every backup its reason', () => {
    const plan = planOf([
      action('b2', 2, 'keep', 'newest verified backup'),
      action('a1', 1, 'delete', 'older than 90 days'),
    ])
    expect(renderPlan('shop', plan, look)).toBe(
      [
        'shop in local',
        'id  started           label  action  reason',
        'b2  2026-11-02 03:00         keep    newest verified backup',
        'a1  2026-11-01 03:00         delete  older than 90 days',
        '1 backup would be deleted, 1 kept',
      ].join('\n'),
    )
  })

  it('says once why everything is frozen', () => {
    const frozen =
      'frozen: shop_full_20261102_030000 is suspect, until it is accepted or a newer backup is verified'
    const lines = renderPlan(
      'shop',
      planOf([action('b2', 2, 'skip', frozen), action('a1', 1, 'skip', frozen)], frozen),
      look,
    )
    expect(lines.match(/is suspect/g)).toHaveLength(1)
    expect(lines).toContain('skip    frozen\n')
  })
})

describe('renderPruned', () => {
  const result = { storage: 'local', deleted: ['x'], kept: 2, orphans: 1, errors: [] }

  it('says what went and what stayed', () => {
    expect(renderPruned('shop', result, look)).toBe('✓ shop in local: 1 deleted, 2 kept, 1 leftover removed')
  })

  it('shows each failure', () => {
    const errors = [{ code: 'STORAGE_PERMISSION', message: 'may not delete x' }]
    const text = renderPruned('shop', { ...result, errors }, look)
    expect(text).toContain('may not delete x')
    expect(text.split('\n').at(-1)).toMatch(/^✗ shop in local/)
  })
})
