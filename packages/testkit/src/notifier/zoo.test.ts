import { afterAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../runner.ts'
import { notifierCases } from './cases.ts'
import { runNotifierCase } from './run-case.ts'
import type { Animal } from './zoo/animal.test.data.ts'
import { whenChecking } from './zoo/check.test.data.ts'
import { atOnce } from './zoo/concurrent.test.data.ts'
import { whenEnding } from './zoo/ending.test.data.ts'
import { whenFailing } from './zoo/failing.test.data.ts'
import { honestOnes } from './zoo/honest-ones.test.data.ts'
import { whenTelling } from './zoo/telling.test.data.ts'
import { ofTexts } from './zoo/texts.test.data.ts'

const faultyOnes = [...whenTelling, ...ofTexts, ...whenFailing, ...whenEnding, ...atOnce, ...whenChecking]
const rows: string[] = []
// The table is what shows what the suite is worth.
afterAll(() => void process.stdout.write(`\n${rows.toSorted().join('\n')}\n\n`))

async function hold({ subject, capabilities = {}, caughtBy }: Animal, caseName: string): Promise<Outcome> {
  const one = notifierCases.find(({ name }) => name === caseName)
  if (one === undefined) throw new Error(`there is no case ${caseName}`)
  const made = await subject()
  try {
    return await runNotifierCase(one, made, {
      capabilities,
      timeoutMs: 60_000,
      // An honest one may meet a busy machine; a faulty one that hangs is not worth waiting for.
      promptMs: caughtBy === undefined ? 20_000 : 1500,
    })
  } finally {
    await made.cleanup?.()
  }
}

describe.each(honestOnes)('a notifier that $name', (animal) => {
  it.each(notifierCases)('keeps: $name', { timeout: 60_000 }, async ({ name }) => {
    const outcome = await hold(animal, name)
    expect(outcome.status === 'failed' ? outcome.what : undefined).toBeUndefined()
    if (outcome.status === 'skipped') {
      rows.push(`honest  ${animal.name} | ${name} | skipped: ${outcome.reason}`)
    }
  })
})

it.each(faultyOnes)('a notifier that $name is caught by: $caughtBy', { timeout: 60_000 }, async (animal) => {
  const caughtBy = animal.caughtBy ?? ''
  const outcome = await hold(animal, caughtBy)
  const said = outcome.status === 'failed' ? outcome.what : ''
  expect(said).not.toBe('')
  rows.push(`faulty  ${animal.name.padEnd(52)} | ${caughtBy.padEnd(26)} | ${said}`)
})

it('has a notifier for every case to catch', () => {
  const caught = new Set(faultyOnes.map(({ caughtBy }) => caughtBy))
  expect(notifierCases.map(({ name }) => name).filter((name) => !caught.has(name))).toEqual([])
})

it('has a name of its own for every case and every fault', () => {
  for (const names of [notifierCases, faultyOnes].map((all) => all.map(({ name }) => name))) {
    expect(new Set(names).size).toBe(names.length)
  }
})
