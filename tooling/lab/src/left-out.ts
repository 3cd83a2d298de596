/**
 * Whether tests may be left out because what they need is not here. It is said; and in CI it is never so: there they run,
 * and fail for what they lack.
 *
 * @param what that is not tested then, such as `transaction poolers`
 */
export function isLeftOut(
  what: string,
  { isHere, because }: { isHere: boolean; because: string },
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  if (isHere) return false
  const isCi = environment['CI'] !== undefined
  process.stderr.write(
    isCi ? `CI can not leave out ${what}, but ${because}.\n` : `NOT TESTED: ${what}, because ${because}.\n`,
  )
  return !isCi
}
