import type { StageName } from '@holdfast/plugin'

export interface Stage {
  /** Runs in a dry run too: it changes nothing that stays. */
  dryRun: boolean
  /** What an error in it means: the run fails, or the run goes on and says so. */
  onError: 'fail' | 'warn'
}

/** The life of a run, in order. run.ts says what each stage does; this table says what it means. */
export const stages = {
  preflight: { dryRun: true, onError: 'fail' },
  snapshot: { dryRun: true, onError: 'fail' },
  dump: { dryRun: false, onError: 'fail' },
  transform: { dryRun: false, onError: 'fail' },
  store: { dryRun: false, onError: 'fail' },
  record: { dryRun: false, onError: 'fail' },
  verify: { dryRun: false, onError: 'fail' },
  retain: { dryRun: false, onError: 'warn' },
  notify: { dryRun: false, onError: 'warn' },
} as const satisfies Record<StageName, Stage>

/** Stages whose error ends the run. */
export type FatalStage = {
  [Name in StageName]: (typeof stages)[Name]['onError'] extends 'fail' ? Name : never
}[StageName]

/** Stages whose error is told and survived. */
export type ForgivingStage = Exclude<StageName, FatalStage>
