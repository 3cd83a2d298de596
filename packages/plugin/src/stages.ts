/** The steps of a run, in the order in which they happen. */
export const stageNames = [
  'preflight',
  'snapshot',
  'dump',
  'transform',
  'store',
  'record',
  'verify',
  'retain',
  'notify',
] as const

export type StageName = (typeof stageNames)[number]
