/** HOLDFAST_FAULTS=full tries every fault at many more moments; it takes a quarter of an hour. */
const wide = process.env['HOLDFAST_FAULTS'] === 'full'

/** How often a fault that comes at a random moment is tried. */
export function tries({ usually, full }: { usually: number; full: number }): number {
  return wide ? full : usually
}

/** Does the work so many times, in as many lanes as are given, each of which does one after the other. */
export async function inLanes<Lane>(
  lanes: readonly Lane[],
  times: number,
  work: (lane: Lane, attempt: number) => Promise<void>,
): Promise<void> {
  let next = 0
  await Promise.all(
    lanes.map(async (lane) => {
      for (let attempt = next++; attempt < times; attempt = next++) await work(lane, attempt)
    }),
  )
}
