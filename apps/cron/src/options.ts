import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { exitCodes } from '@holdfast/plugin'

// A type and not an interface: only that fits the options that commander knows.
export type CronOptions = {
  config?: string | undefined
  host: string
  port: number
}

const help = `
Stops on SIGTERM and SIGINT: nothing new starts, and what runs may end within
cron.graceMs; a second signal cancels it. SIGHUP reads the configuration again.

  /healthz   alive
  /readyz    schedules loaded, every storage reachable
  /metrics   for Prometheus

Environment:
  HOLDFAST_CONFIG         the configuration file, like --config
  HOLDFAST_POSTGRES_BIN   the directory of PostgreSQL's client programs
  LOG_LEVEL               debug, info (as it is unless set), warn or error

Exit codes:
${exitCodes
  .filter(({ code }) => [0, 1, 2].includes(code))
  .map(({ code, meaning }) => `  ${String(code).padEnd(5)}${meaning}`)
  .join('\n')}`

export function createProgram(version: string): Command<[], CronOptions> {
  return new Command('holdfast-cron')
    .description('Runs the jobs of a Holdfast configuration by their schedules.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addOption(
      new Option('--config <file>', 'configuration to use instead of the one found from here upwards').env(
        'HOLDFAST_CONFIG',
      ),
    )
    .addOption(new Option('--host <address>', 'where to answer monitoring').default('127.0.0.1'))
    .addOption(
      new Option('--port <number>', 'at which port; 0 takes a free one').default(9653).argParser(portNumber),
    )
    .addHelpText('after', help)
    .exitOverride() as Command<[], CronOptions>
}

function portNumber(value: string): number {
  const number = Number(value)
  if (/^\d+$/.test(value) && number <= 65_535) return number
  throw new InvalidArgumentError('It must be a whole number, 65535 at most.')
}

/** The flags with which the commands find the same configuration again. */
export function configFlags(config: string | undefined): string {
  if (config === undefined) return ''
  return `--config ${/^[\w@%+=:,./-]+$/.test(config) ? config : `'${config.replaceAll("'", `'\\''`)}'`}`
}
