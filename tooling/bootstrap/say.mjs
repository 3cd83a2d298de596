// Times one step and prints one line about it; a failing step also prints what it said.
// `work` resolves { ok, note?, output? }.
export async function step(name, work) {
  const start = performance.now()
  const result = await work()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${result.ok ? '✓' : '✗'} ${name}${result.note ? ` (${result.note})` : ''}  ${seconds} s`)
  if (!result.ok && result.output) console.log(result.output.trimEnd())
  return result.ok
}

export function give(sentence) {
  console.error(sentence)
  process.exit(1)
}
