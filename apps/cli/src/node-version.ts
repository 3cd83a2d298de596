/**
 * What is wrong with the version of Node, or undefined.
 *
 * @param needed as `engines` of package.json has it, `>=22.18`
 */
export function nodeProblem(version: string, needed: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [neededMajor = 0, neededMinor = 0] = needed.replace('>=', '').split('.').map(Number)
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return undefined
  return `Node ${version} is too old for holdfast, which needs ${neededMajor}.${neededMinor} or later; \`npx --package node@24 --package holdfast holdfast\` brings one along.`
}
