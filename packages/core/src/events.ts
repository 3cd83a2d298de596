import type { Report, ReportedError, ReportedStage, SourceFacts, StageName, Verdict } from '@holdfast/plugin'

/** What happens in a run, as it happens. Redacted; renderers only show it. */
export type RunEvent =
  | { type: 'run.started'; job: string; startedAt: string; dryRun: boolean }
  | { type: 'source.found'; facts: SourceFacts }
  | { type: 'snapshot.taken'; tables: number; largeObjects: number }
  | { type: 'stage.started'; stage: StageName }
  | { type: 'progress'; progress: RunProgress }
  | { type: 'stage.finished'; stage: ReportedStage }
  | { type: 'warning'; message: string }
  | { type: 'storage.failed'; storage: string; error: ReportedError }
  | { type: 'verdict'; verdict: Verdict }
  | { type: 'run.finished'; report: Report }

/** How far a stage is. */
export interface RunProgress {
  stage: 'dump' | 'verify'
  /** Between 0 and 1 where it can be told; an estimate while dumping. */
  fraction?: number
  /** dump: the table being copied; verify: the verifier at work. */
  detail?: string
  /** Bytes that came from the database, or were read back, so far. */
  rawBytes: number
  /** Bytes that were stored so far. */
  storedBytes: number
}
