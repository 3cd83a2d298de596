type Works<Results extends readonly unknown[]> = {
  [Index in keyof Results]: (signal: AbortSignal) => Promise<Results[Index]>
}

/** Does all of it at the same time. The first that fails stops the others, and is what the call rejects with once all have ended. */
export async function together<Results extends unknown[]>(
  signal: AbortSignal,
  ...works: Works<Results>
): Promise<Results> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const ended = await Promise.allSettled(
    works.map((work) =>
      work(either).catch((error: unknown) => {
        stop.abort(error)
        throw error
      }),
    ),
  )
  if (ended.some(({ status }) => status === 'rejected')) throw stop.signal.reason
  return ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])) as Results
}
