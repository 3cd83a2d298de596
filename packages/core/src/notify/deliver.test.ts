import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError, type Notifier } from '@holdfast/plugin'
import { sampleNotification } from '@holdfast/testkit'
import { describe, expect, it } from 'vitest'
import { deliver } from './deliver.ts'
import { never } from './job.test.support.ts'

const notification = sampleNotification('backup.failed')

function told(notify: Notifier['notify'], { limitMs = 5000, cancel = never } = {}) {
  const notifier = { name: 'pager', plugin: 'x', instance: { notify } }
  return deliver(notifier, notification, { limitMs, cancel, random: () => 0 })
}

const busy = (retryAfterMs?: number) =>
  new HoldfastError('NOTIFY_RATE_LIMITED', 'too many', { retryable: true, retryAfterMs })

describe('deliver', () => {
  it('is done once the service has accepted', async () => {
    const delivery = await told(() => sleep(20))
    expect(delivery).toEqual({ attempts: 1, durationMs: expect.any(Number) })
    expect(delivery.durationMs).toBeGreaterThanOrEqual(15)
  })

  it('tries again what is retryable, when the service said', async () => {
    const times: number[] = []
    const delivery = await told(async () => {
      times.push(performance.now())
      if (times.length < 3) throw busy(40)
    })
    expect(delivery).toMatchObject({ attempts: 3 })
    expect(delivery.error).toBeUndefined()
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(35)
  })

  it('waits longer each time where the service says nothing', async () => {
    const times: number[] = []
    await told(
      async () => {
        times.push(performance.now())
        throw busy()
      },
      { limitMs: 1800 },
    )
    expect(times.length).toBe(3)
    expect(times[2]! - times[1]!).toBeGreaterThan(1.5 * (times[1]! - times[0]!))
  })

  it('does not wait for what would come too late', async () => {
    const began = performance.now()
    const { attempts, error } = await told(() => Promise.reject(busy(3_600_000)))
    expect([attempts, error?.code, error?.retryAfterMs]).toEqual([1, 'NOTIFY_RATE_LIMITED', 3_600_000])
    expect(performance.now() - began).toBeLessThan(1000)
  })

  it('tries once what is not retryable', async () => {
    const { attempts, error } = await told(() =>
      Promise.reject(new HoldfastError('NOTIFY_REFUSED', 'no such address')),
    )
    expect([attempts, error?.code, error?.plugin, error?.stage]).toEqual([
      1,
      'NOTIFY_REFUSED',
      'pager',
      'notify',
    ])
  })

  it('survives what throws at once, or throws what is no error', async () => {
    const atOnce = await told(() => {
      throw new Error('broken')
    })
    expect(atOnce.error).toMatchObject({ code: 'NOTIFY_FAILED', message: 'broken', retryable: false })
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    const noError = await told(() => Promise.reject('just text'))
    expect(noError.error).toMatchObject({ code: 'NOTIFY_FAILED', message: 'just text' })
  })

  it('ends in time with one that never listens', async () => {
    const began = performance.now()
    const { error } = await told(() => new Promise(() => {}), { limitMs: 100 })
    expect(error).toMatchObject({ code: 'NOTIFY_TIMEOUT', message: 'no answer within 0.1 seconds' })
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('has little time left once somebody has cancelled, but some', async () => {
    const delivery = await told(() => sleep(50), { cancel: AbortSignal.abort() })
    expect(delivery.error).toBeUndefined()
  })
})
