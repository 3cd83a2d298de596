import { describe, expect, it } from 'vitest'
import type { KnownCopy } from './known.ts'
import { copyOf, daysLater, verdictOf } from './known.test.support.ts'
import { storageFacts } from './storage-facts.ts'

/** As it is where the manifest can not be read. */
function unreadable(copy: KnownCopy): KnownCopy {
  const invalid: KnownCopy = { ...copy, verification: 'invalid' }
  delete invalid.manifest
  return invalid
}

describe('storageFacts', () => {
  it('counts each copy once, by what is known of it', () => {
    const facts = storageFacts([
      copyOf(daysLater(0)),
      copyOf(daysLater(1), { verification: 'unverified' }),
      copyOf(daysLater(2), { suspect: true }),
      copyOf(daysLater(3), { verification: 'failed' }),
      unreadable(copyOf(daysLater(4))),
    ])
    expect(facts).toMatchObject({ verified: 1, unverified: 1, suspect: 1, bad: 2, bytes: 4000 })
  })

  it('takes the newest good one for the last success, and the newest verified one for the last verified', () => {
    const facts = storageFacts([
      copyOf(daysLater(0), { verification: 'attested' }),
      copyOf(daysLater(2), { verification: 'unverified' }),
      copyOf(daysLater(3), { suspect: true }),
      copyOf(daysLater(4), { verification: 'failed' }),
    ])
    expect(facts.lastSuccessAt).toEqual(daysLater(2))
    expect(facts.lastVerifiedAt).toEqual(daysLater(0))
  })

  it('knows when somebody last looked, at whichever backup', () => {
    const facts = storageFacts([
      copyOf(daysLater(5), { verifiedAt: daysLater(5) }),
      copyOf(daysLater(0), { verifiedAt: daysLater(9) }),
    ])
    expect(facts.lastVerificationAt).toEqual(daysLater(9))
  })

  it('describes the newest one that can be read, good or bad', () => {
    const verdicts = [verdictOf('failed')]
    const facts = storageFacts([
      copyOf(daysLater(0), { bytes: 900 }),
      copyOf(daysLater(1), { bytes: 500, verification: 'failed', verdicts }),
      unreadable(copyOf(daysLater(2))),
    ])
    expect(facts.newest).toEqual({
      bytes: 500,
      rawBytes: 2500,
      tables: 1,
      rows: 7,
      suspect: false,
      verdicts,
    })
  })

  it('measures the newest one against the good ones before it of the same kind', () => {
    const sizes = [100, 2000, 1000, 1200, 1400]
    const copies = sizes.map((bytes, index) => copyOf(daysLater(9 - index), { bytes }))
    expect(storageFacts(copies).newest).toMatchObject({ bytes: 100, typicalBytes: 1300 })
    const others = [
      copyOf(daysLater(8.5), { bytes: 90_000, suspect: true }),
      copyOf(daysLater(8.6), { bytes: 90_000, verification: 'failed' }),
      copyOf(daysLater(8.7), { bytes: 90_000, kind: 'schema' }),
    ]
    expect(storageFacts([...copies, ...others]).newest?.typicalBytes).toBe(1300)
  })

  it('has no measure with fewer than three, nor for one that somebody has accepted', () => {
    const three = [0, 1, 2].map((day) => copyOf(daysLater(day)))
    expect(storageFacts(three).newest?.typicalBytes).toBeUndefined()
    expect(storageFacts([...three, copyOf(daysLater(3))]).newest?.typicalBytes).toBe(1000)
    expect(
      storageFacts([...three, copyOf(daysLater(3), { accepted: true })]).newest?.typicalBytes,
    ).toBeUndefined()
  })

  it('starts anew at the last one that somebody has accepted', () => {
    const large = [0, 1, 2, 3].map((day) => copyOf(daysLater(day), { bytes: 9000 }))
    const accepted = copyOf(daysLater(4), { bytes: 300, accepted: true })
    const after = [5, 6, 7].map((day) => copyOf(daysLater(day), { bytes: 310 }))
    expect(storageFacts([...large, accepted, ...after]).newest?.typicalBytes).toBe(310)
  })

  it('says nothing of an empty storage but that it is empty', () => {
    expect(storageFacts([])).toEqual({ verified: 0, unverified: 0, suspect: 0, bad: 0, bytes: 0 })
  })
})
