import { Readable } from 'node:stream'
import gcs from './index.ts'

// A process of its own, to be killed: stores one object after the other, eight at a time, and says when it has begun.

const [apiEndpoint = '', bucket = '', run = ''] = process.argv.slice(2)
const partBytes = 262_144
const content = Buffer.alloc(2 * partBytes + 1000, run)
const storage = gcs.create(gcs.parseOptions({ bucket, apiEndpoint, partBytes }), {
  name: 'gcs',
  job: 'shop',
  baseDirectory: '/',
})
const { signal } = new AbortController()

async function putForEver(lane: number): Promise<void> {
  for (let turn = 0; ; turn++) {
    const chunks = Array.from({ length: 9 }, (_, index) =>
      content.subarray(index * 60_000, (index + 1) * 60_000),
    )
    const body = Readable.from(chunks, { objectMode: false })
    await storage.put(`${run}/${lane}/${turn}`, body, { signal, ifAbsent: true })
    process.stdout.write('stored\n')
  }
}

await Promise.all(Array.from({ length: 8 }, (_, lane) => putForEver(lane)))
