import { z } from 'zod'
import { count, text, timeoutMs } from './values.ts'

const patterns = z.array(text).default([])

export const dump = z.strictObject({
  kind: z
    .enum(['full', 'schema', 'data', 'tables'])
    .default('full')
    .describe(
      'full: everything · schema: definitions only · data: rows only · tables: the tables chosen below.',
    ),
  format: z
    .enum(['custom', 'plain'])
    .default('custom')
    .describe('custom: restored by pg_restore, in parallel and in parts · plain: SQL, restored by psql.'),
  tables: z
    .strictObject({
      include: patterns.describe('Only these tables, as psql patterns: `public.order*`. Empty means all.'),
      exclude: patterns.describe('Not these tables, as psql patterns.'),
    })
    .prefault({})
    .describe('Which tables; only with kind `tables`.'),
  ownership: z.boolean().default(false).describe('Keep owners and grants in the dump.'),
  globals: z
    .boolean()
    .optional()
    .describe('Dump the roles beside a full dump. Only with kind `full`, where it is on unless turned off.'),
  rowCounts: z
    .boolean()
    .optional()
    .describe(
      'Count the rows of every table in the snapshot. On unless turned off, except with kind `schema`; turn it off for very large databases.',
    ),
  countSessions: count
    .default(1)
    .describe('Sessions that count rows at the same time, each in one process of the server.'),
  lockWaitTimeoutMs: timeoutMs
    .default(60_000)
    .describe('How long to wait for a locked table, in milliseconds.'),
  stallTimeoutMs: timeoutMs
    .default(600_000)
    .describe(
      'How long the server may send nothing before the run is given up, and a storage may take or give nothing before it is, in milliseconds.',
    ),
})
