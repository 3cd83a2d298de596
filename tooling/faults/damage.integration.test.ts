import { randomInt } from 'node:crypto'
import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Backup } from '@holdfast/core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { backupsIn, damageIn, verdictsOn } from './stored.ts'
import { inLanes } from './tries.ts'
import { createWorkplace, fill, type Workplace } from './workplace.ts'

const each = 200
const throughCommand = 5

interface Lane {
  directory: string
  backup: Backup
  /** Its dump. */
  path: string
}

let place: Workplace
let whole: Buffer
const lanes: Lane[] = []

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'damage')
  await fill(place.database, { megabytes: 3 })
  await place.backUp()
  for (const name of ['one', 'two', 'three']) {
    const directory = join(place.directory, name)
    await cp(place.backups, directory, { recursive: true })
    const [backup] = await backupsIn(directory)
    const key = backup?.manifest?.objects.find(({ role }) => role === 'dump')?.key
    if (backup === undefined || key === undefined) throw new Error('There is no backup to damage.')
    lanes.push({ directory, backup, path: join(directory, key) })
    whole = await readFile(join(directory, key))
  }
})

afterAll(() => place.remove())

const damages = {
  flip: async ({ path }: Lane): Promise<string> => {
    const bit = randomInt(whole.length * 8)
    const flipped = Buffer.from(whole)
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    await writeFile(path, flipped)
    return `bit ${bit}`
  },
  cut: async ({ path }: Lane, attempt: number): Promise<string> => {
    // The first tries cut off a little only, where the frames of the compressed file end.
    const length = attempt < 20 ? whole.length - 1 - attempt : randomInt(whole.length)
    await writeFile(path, whole)
    await truncate(path, length)
    return `length ${length}`
  },
}

it('finds nothing wrong before', async () => {
  expect(whole.length).toBeGreaterThan(500_000)
  for (const { directory } of lanes) expect(await damageIn(directory)).toEqual([])
})

describe.each(Object.entries(damages))('%s', (_, damage) => {
  it(`is seen by verify, ${each} times of ${each}`, { timeout: 600_000 }, async () => {
    const unseen: string[] = []
    await inLanes(lanes, each, async (lane, attempt) => {
      const what = await damage(lane, attempt)
      const [verdict] = await verdictsOn(lane.directory, lane.backup)
      if (verdict?.status !== 'failed') unseen.push(`${what}: ${JSON.stringify(verdict)}`)
      await rm(lane.path)
    })
    expect(unseen).toEqual([])
  })

  it(`makes holdfast verify exit with 5 and list say so, ${throughCommand} times`, async () => {
    const [lane] = lanes as [Lane]
    for (let attempt = 100; attempt < 100 + throughCommand; attempt++) {
      await damage(lane, attempt)
      const { exitCode, stdout } = await place.run(['verify', 'latest', '--from', lane.directory, '--json'])
      expect(exitCode).toBe(5)
      expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', verdicts: [{ status: 'failed' }, {}] })
    }
    const { stdout } = await place.run(['list', '--from', lane.directory, '--json'])
    expect(JSON.parse(stdout)).toMatchObject([{ verification: 'failed' }])
  })
})
