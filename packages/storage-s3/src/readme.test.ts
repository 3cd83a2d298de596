import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseOptions } from './options.ts'
import { type Operation, statementFor } from './permissions.ts'

interface Policy {
  Statement: { Action: string[]; Resource: string }[]
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const policies = [...readme.matchAll(/```json\n(.*?)```/gs)].map(
  ([, json = '']) => JSON.parse(json) as Policy,
)
const options = parseOptions({ bucket: 'shop-backups' })

const reading: Operation[] = ['ListObjectsV2', 'HeadObject', 'GetObject']
const sweeping: Operation[] = ['ListMultipartUploads', 'AbortMultipartUpload']
const writing: Operation[] = ['PutObject', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload']

test.each([
  ['writer', 0, [...reading, ...writing, ...sweeping]],
  ['pruner', 1, [...reading, ...sweeping, 'DeleteObject']],
  ['restorer', 2, reading],
] as const)('the policy of the %s allows what it does, and nothing else', (_name, index, operations) => {
  const allowed = new Set(
    policies[index]?.Statement.flatMap(({ Action, Resource }) =>
      Action.map((action) => `${action} ${Resource}`),
    ),
  )
  const needed = new Set(
    operations.flatMap((operation) => {
      const { Action, Resource } = JSON.parse(statementFor(operation, options)) as Policy['Statement'][number]
      return Action.map((action) => `${action} ${Resource}`)
    }),
  )
  expect(allowed).toEqual(needed)
})
