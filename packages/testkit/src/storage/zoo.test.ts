import { afterAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../runner.ts'
import { storageCases } from './cases.ts'
import { runCase } from './run-case.ts'
import type { Animal } from './zoo/animal.test.data.ts'
import { attestors, boasters } from './zoo/attesting.test.data.ts'
import { failers } from './zoo/failing.test.data.ts'
import { honestOnes } from './zoo/honest.test.data.ts'
import { namers } from './zoo/naming.test.data.ts'
import { readers } from './zoo/reading.test.data.ts'
import { writers } from './zoo/writing.test.data.ts'

const faultyOnes = [...writers, ...failers, ...readers, ...namers, ...boasters]
const rows: string[] = []
// The table is what shows what the suite is worth.
afterAll(() => void process.stdout.write(`\n${rows.toSorted().join('\n')}\n\n`))

async function hold({ subject, capabilities = {}, caughtBy }: Animal, caseName: string): Promise<Outcome> {
  const one = storageCases.find(({ name }) => name === caseName)
  if (one === undefined) throw new Error(`there is no case ${caseName}`)
  return runCase(one, subject(), {
    signal: new AbortController().signal,
    capabilities: { partBytes: 1024, pageObjects: 100, ...capabilities },
    timeoutMs: 60_000,
    // An honest one may meet a busy machine; a faulty one that hangs is not worth waiting for.
    promptMs: caughtBy === undefined ? 10_000 : 300,
  })
}

describe.each(honestOnes)('a storage that $name', (animal) => {
  it.each(storageCases)('keeps: $name', { timeout: 60_000 }, async ({ name }) => {
    const outcome = await hold(animal, name)
    expect(outcome.status === 'failed' ? outcome.what : undefined).toBeUndefined()
    if (outcome.status === 'skipped')
      rows.push(`honest  ${animal.name} | ${name} | skipped: ${outcome.reason}`)
  })
})

const aboutWords = storageCases.filter(({ topic }) => ['objects', 'checksums'].includes(topic))

describe.each(attestors)('a storage that $name', (animal) => {
  it.each(aboutWords)('keeps: $name', async ({ name }) => {
    expect(await hold(animal, name)).toEqual({ status: 'passed' })
  })
})

it.each(faultyOnes)('a storage that $name is caught by: $caughtBy', { timeout: 60_000 }, async (animal) => {
  const caughtBy = animal.caughtBy ?? ''
  const outcome = await hold(animal, caughtBy)
  const said = outcome.status === 'failed' ? outcome.what : ''
  expect(said).not.toBe('')
  rows.push(`faulty  ${animal.name.padEnd(62)} | ${caughtBy.padEnd(20)} | ${said}`)
})

it('has a storage for every case to catch', () => {
  const caught = new Set(faultyOnes.map(({ caughtBy }) => caughtBy))
  expect(storageCases.map(({ name }) => name).filter((name) => !caught.has(name))).toEqual([])
})

it('is a zoo of many different faults', () => {
  expect(new Set(faultyOnes.map(({ name }) => name)).size).toBe(faultyOnes.length)
  expect(faultyOnes.length).toBeGreaterThan(70)
})

it('has a name of its own for every case', () => {
  const names = storageCases.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})
