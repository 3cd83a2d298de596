import { Counter, Gauge, type Registry } from 'prom-client'
import { jobLabel, type Family } from './family.ts'
import type { JobState } from './state.ts'

/** Has a registry answer each scrape from what is known of the jobs then. */
export function registerFamilies(
  registry: Registry,
  families: readonly Family[],
  jobs: ReadonlyMap<string, JobState>,
  now: (() => Date) | undefined,
): void {
  for (const { name, help, type, labels, samples } of families) {
    const configuration = { name, help, labelNames: [jobLabel, ...labels], registers: [registry] }
    const each = (tell: (labels: Record<string, string>, value: number) => void): void => {
      const moment = now?.()
      for (const job of jobs.values())
        for (const sample of samples(job, moment))
          tell({ [jobLabel]: job.name, ...sample.labels }, sample.value)
    }
    if (type === 'gauge') {
      new Gauge({
        ...configuration,
        collect() {
          this.reset()
          each((values, value) => this.set(values, value))
        },
      })
    } else {
      new Counter({
        ...configuration,
        collect() {
          this.reset()
          each((values, value) => this.inc(values, value))
        },
      })
    }
  }
}
