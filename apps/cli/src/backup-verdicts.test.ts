import type { Verdict } from '@holdfast/plugin'
import { expect, it } from 'vitest'
import { verdictsOf } from './backup-verdicts.ts'

function verdict(verifier: string, storage: string, status: Verdict['status'] = 'passed'): Verdict {
  return { verifier, storage, status, proves: verifier === 'size' ? 'plausible' : 'archive', checks: [] }
}

it('tells once what the records of several copies have', () => {
  const size = verdict('size', 'disk')
  const [first, second] = [verdict('archive', 'disk'), verdict('archive', 'offsite')]
  expect(
    verdictsOf([
      { storage: 'disk', verdicts: [first, size] },
      { storage: 'offsite', verdicts: [size, second] },
    ]),
  ).toEqual([first, size, second])
})

it('believes the copy that a verdict is about', () => {
  const newer = verdict('size', 'disk', 'failed')
  const older = verdict('size', 'disk')
  for (const copies of [
    [
      { storage: 'disk', verdicts: [newer] },
      { storage: 'offsite', verdicts: [older] },
    ],
    [
      { storage: 'offsite', verdicts: [older] },
      { storage: 'disk', verdicts: [newer] },
    ],
  ]) {
    expect(verdictsOf(copies)).toEqual([newer])
  }
})

it('tells of a storage that no copy is in any more', () => {
  const former = verdict('size', 'former')
  expect(verdictsOf([{ storage: 'disk', verdicts: [former] }])).toEqual([former])
})
