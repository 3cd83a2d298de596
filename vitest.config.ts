import { defineConfig } from 'vitest/config'

const rooms = ['packages', 'apps', 'tooling']
const resolve = { conditions: ['@holdfast/source'] }
const shared = { resolve, ssr: { resolve } }

// Inline projects: projects found by a glob would not inherit `resolve.conditions`.
export default defineConfig({
  ...shared,
  test: {
    coverage: { include: ['packages/*/src/**', 'apps/*/src/**'], exclude: ['**/*.test.ts'] },
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: rooms.map((room) => `${room}/**/*.test.ts`),
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.integration.test.ts'],
          testTimeout: 10_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: rooms.map((room) => `${room}/**/*.integration.test.ts`),
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
