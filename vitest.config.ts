import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Compiling the same modules again in every process that a test starts would be half of what the tests cost.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('node_modules/.cache/holdfast/compiled', import.meta.url),
)

const rooms = ['packages', 'apps', 'tooling']
// The first is ours; the others are Vite's own for code that runs in Node, which setting any replaces. Without `module`,
// which Node does not know: what packages keep there, such as the AWS SDK, is often for bundlers only.
const resolve = { conditions: ['@holdfast/source', 'node', 'development|production'] }
const shared = { resolve, ssr: { resolve } }
// For what Node resolves by itself, such as a plugin that is imported by name.
const execArgv = ['--conditions=@holdfast/source']
// One more than there are cores, since many tests wait for a time to pass; few, since most start processes of their own.
// The same for both projects, so that the last files of one share the cores with the first of the other.
const maxWorkers = Math.min(availableParallelism() + 1, 4)

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
          execArgv,
          testTimeout: 60_000,
          maxWorkers,
          // A process for each file would cost more than most of the files. Whatever a test changes it changes back.
          isolate: false,
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          globalSetup: ['./tooling/lab/src/vitest-global-setup.ts'],
          include: rooms.map((room) => `${room}/**/*.integration.test.ts`),
          exclude: ['**/node_modules/**', '**/dist/**'],
          execArgv,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers,
        },
      },
    ],
  },
})
