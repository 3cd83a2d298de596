import assert from 'node:assert/strict'

/** Settles as the call does, or fails when that takes longer than `promptMs` milliseconds: nothing may hang. */
export async function promptly<Result>(
  what: string,
  call: Promise<Result>,
  promptMs: number,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new assert.AssertionError({ message: `${what} had not ended after ${promptMs / 1000} s` }))
    }, promptMs)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
