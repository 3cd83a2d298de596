export { metricFamilies } from './metric-families.ts'
export type {
  KnownBackup,
  KnownCopy,
  KnownJob,
  KnownNotification,
  KnownReport,
  KnownRetention,
} from './known.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export { continueText, type SeriesScope } from './textfile/continue.ts'
export { textfileProblem, writeTextfile } from './textfile/file.ts'
