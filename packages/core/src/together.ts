/** Does both at the same time. The first that fails stops the other, and is what the call rejects with once both have ended. */
export async function together<One, Other>(
  signal: AbortSignal,
  one: (signal: AbortSignal) => Promise<One>,
  other: (signal: AbortSignal) => Promise<Other>,
): Promise<[One, Other]> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const stopOther = (error: unknown): never => {
    stop.abort(error)
    throw error
  }
  const [first, second] = await Promise.allSettled([
    one(either).catch(stopOther),
    other(either).catch(stopOther),
  ])
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value]
  throw stop.signal.reason
}
