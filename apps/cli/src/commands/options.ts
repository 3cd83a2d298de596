import { InvalidArgumentError, Option } from '@commander-js/extra-typings'

// Options that several commands have, so that they read and behave alike.

export const configOption = () =>
  new Option('--config <file>', 'configuration to use instead of the one found from here upwards').env(
    'HOLDFAST_CONFIG',
  )

export const jsonOption = () => new Option('--json', 'print JSON on stdout and nothing else there')

export const quietOption = () => new Option('--quiet', 'print only what went wrong')

export const metricsFileOption = () =>
  new Option(
    '--metrics-file <file>',
    'also write what Prometheus is told, for the textfile collector of node_exporter: a file that ends in .prom',
  ).env('HOLDFAST_METRICS_FILE')

export const fromOption = () =>
  new Option(
    '--from <place>',
    'where the backups are: a directory, s3://… or gs://…; no configuration is read',
  )

export const identityOption = () =>
  new Option(
    '--identity <file>',
    'age identity to read encrypted backups with; repeat it for more',
  ).argParser(collect)

export const verifyKeyOption = () =>
  new Option(
    '--verify-key <key>',
    'believe only what this key has signed: a file, or the line in it; repeat it for more',
  ).argParser(collect)

/** Gathers an option that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

export function wholeNumber(smallest: number): (value: string) => number {
  return (value) => {
    const number = Number(value)
    if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= smallest) return number
    throw new InvalidArgumentError(`It must be a whole number, ${smallest} or more.`)
  }
}

/** A block of examples under a command's help: what is typed, and what it is for. */
export function examples(lines: readonly [command: string, purpose: string][]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  return `\nExamples:\n${lines.map(([command, purpose]) => `  ${command.padEnd(width)}  ${purpose}`).join('\n')}`
}
