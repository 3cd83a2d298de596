/**
 * With several jobs the exit code is that of the job that went worst, in this order: cancelled first, since what came
 * after it was not tried; then no backup at all; then a backup that can not be trusted; last a backup that is there.
 */
export const worstFirst: readonly number[] = [143, 130, 1, 3, 4, 2, 5, 7, 6, 0]

/** The exit code for several outcomes; 0 for none. */
export function worstExitCode(codes: readonly number[]): number {
  return worstFirst.find((code) => codes.includes(code)) ?? codes.find((code) => code !== 0) ?? 0
}
