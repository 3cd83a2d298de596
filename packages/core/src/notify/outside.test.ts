import { memoryStorage } from '@holdfast/testkit'
import { HoldfastError } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { isDown, listener, never, scriptedJob } from './job.test.support.ts'
import { isOver, tell, tellTest } from './outside.ts'

const now = new Date('2026-11-22T12:00:00Z')
const options = { now, signal: never }
const damaged = {
  event: 'verify.failed',
  error: { code: 'VERIFY_FAILED', message: 'sha256 differs' },
  detail: 'the backup of noon is not good: sha256 differs',
  subject: '4f1c09a2b3cd',
  shown: '4f1c09a2b3cd',
} as const

describe('tell', () => {
  it('tells those who want to know, once for each thing until it is over', async () => {
    const disk = memoryStorage()
    const pager = listener('pager', { on: ['verify.failed'], repeatEveryMs: 1000 })
    const job = scriptedJob(disk, [pager, listener('other', { on: ['backup.failed'] })])
    const statuses = async (what: Parameters<typeof tell>[1]) =>
      (await tell(job, what, options)).map(({ notifier, status }) => [notifier, status])
    expect(await statuses(damaged)).toEqual([['pager', 'delivered']])
    expect(await statuses(damaged)).toEqual([['pager', 'quietened']])
    expect(await statuses({ ...damaged, subject: 'another' })).toEqual([['pager', 'delivered']])
    await isOver(job, 'verify.failed', never)
    expect(disk.objects.size).toBe(0)
    expect(await statuses(damaged)).toEqual([['pager', 'delivered']])
    expect(pager.heard[0]).toMatchObject({
      event: 'verify.failed',
      at: now.toISOString(),
      summary: 'shop: the backup of noon is not good: sha256 differs',
      commands: { look: 'holdfast show 4f1c09a2b3cd' },
    })
  })

  it('tells all the same where nothing can be read or kept', async () => {
    const broken = (): never => {
      throw new HoldfastError('STORAGE_PERMISSION', 'no')
    }
    const disk = { ...memoryStorage(), get: broken, put: broken, list: broken, remove: broken }
    const pager = listener('pager')
    expect(await tell(scriptedJob(disk, [pager]), damaged, options)).toMatchObject([{ status: 'delivered' }])
    await isOver(scriptedJob(disk, [pager]), 'verify.failed', never)
  })
})

describe('tellTest', () => {
  it('sends a marked message to everybody, whatever they want to know', async () => {
    const pager = listener('pager', { on: ['backup.failed'] })
    const down = listener('down', { notify: isDown })
    const answers = await tellTest(scriptedJob(memoryStorage(), [pager, down]), options)
    expect(answers.map(({ notifier, error }) => [notifier, error?.code])).toEqual([
      ['pager', undefined],
      ['down', 'NOTIFY_UNAVAILABLE'],
    ])
    expect(pager.heard).toMatchObject([
      { test: true, summary: 'shop: this is a test of its notifications; nothing has happened' },
    ])
  })
})
