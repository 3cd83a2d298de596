import { expect, expectTypeOf, test } from 'vitest'
import { defineConfig } from './define.ts'
import type { Retention, RetentionPolicy } from './types.ts'

test('gives back what it was given', () => {
  const config = { jobs: { shop: { storages: [{ use: 'local' }] } } }
  expect(defineConfig(config)).toBe(config)
})

test('types what it is given', () => {
  type Job = Parameters<typeof defineConfig>[0]['jobs'][string]
  expectTypeOf<NonNullable<Job['dump']>['kind']>().toEqualTypeOf<
    'full' | 'schema' | 'data' | 'tables' | undefined
  >()
  type Written = NonNullable<Job['storages'][number]['retention']>
  expectTypeOf<keyof Written>().toEqualTypeOf<keyof Retention>()
  expectTypeOf<keyof NonNullable<Written['labels']>[string]>().toEqualTypeOf<keyof RetentionPolicy>()
  // @ts-expect-error a storage is missing
  defineConfig({ jobs: { shop: {} } })
  // @ts-expect-error an unknown key
  defineConfig({ jobs: { shop: { storages: [{ use: 'local', retntion: { days: 3 } }] } } })
})
