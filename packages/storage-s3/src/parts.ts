import { HoldfastError } from '@holdfast/plugin'

/** What S3 takes for one object: this many parts and bytes. */
export const mostParts = 10_000
export const mostBytes: number = 5 * 2 ** 40

const mebibyte = 2 ** 20
/** All parts up to this one have the same size, which some stores want. */
const equalParts = 4000
/** After that, the size doubles each time that this many were sent, up to a limit that memory can bear. */
const growingParts = 500
const leastGrownBytes = 8 * mebibyte
/** Less than the 2 GiB that TLS and hashes take at once. */
export const mostPartBytes: number = 1792 * mebibyte
/** How much larger than its estimate a body may be before its parts grow. */
const margin = 1.25

/**
 * The size of each part, in bytes, from part 1 on. The first sizes are equal, and large enough for the estimate with a
 * quarter to spare; late in a body that is far longer than that they grow, so that any body up to 5 TiB fits
 * into 10,000 parts.
 */
export function partSizes({
  partBytes,
  estimatedBytes = 0,
}: {
  partBytes: number
  estimatedBytes?: number
}): (partNumber: number) => number {
  const wanted = Math.ceil((Math.min(estimatedBytes, mostBytes) * margin) / equalParts / mebibyte) * mebibyte
  const first = Math.max(partBytes, wanted)
  return (partNumber) => {
    if (partNumber <= equalParts) return first
    const doublings = Math.ceil((partNumber - equalParts) / growingParts)
    return Math.max(first, Math.min(Math.max(first, leastGrownBytes) * 2 ** doublings, mostPartBytes))
  }
}

/** Refuses what can not fit, before a byte is sent. */
export function refuseTooLarge(
  location: string,
  { bytes, estimatedBytes }: { bytes?: number | undefined; estimatedBytes?: number | undefined },
): void {
  const expected = bytes ?? estimatedBytes ?? 0
  if (expected > mostBytes)
    throw tooLarge(location, bytes === undefined ? `about ${expected}` : String(expected))
}

export function tooLarge(location: string, bytes: string): HoldfastError {
  return new HoldfastError(
    'STORAGE_TOO_LARGE',
    `${location} would have ${bytes} bytes, and an object of S3 has ${mostBytes} (5 TiB) at most`,
    { hint: 'Nothing was kept. Compress more, or leave the largest tables to jobs of their own.' },
  )
}
