import { metricFamilies } from '@holdfast/metrics'
import { code, table } from './table.ts'

/** docs/operations/metrics.md: every metric, from what makes them. */
export function metricsPage(): string {
  const rows = metricFamilies.map(({ name, type, labels, help }) => [
    code(name),
    type,
    labels.map(code).join(', '),
    help,
  ])
  return `# Metrics

This page is made from the source; \`pnpm generate\` writes it. [monitoring.md](monitoring.md) says how to get them, and what
to be alarmed by.

Every metric has the label \`backup_job\`, the name of the job in the configuration, besides those in the table. Gauges come
from what the storages know, so they are right after a restart, and on any machine. A timestamp of 0 means never. Ages are
told only where they are scraped: in a file they would stand still. Counters begin at 0 with the process; those in a file go
on from the file before.

${table(['metric', 'type', 'labels', 'meaning'], rows)}
`
}
