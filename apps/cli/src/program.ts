import { Command } from '@commander-js/extra-typings'
import { addBackup } from './commands/backup.ts'
import { addCheck } from './commands/check.ts'
import { addCompletion } from './commands/completion.ts'
import { addCopy } from './commands/copy.ts'
import { addDoctor } from './commands/doctor.ts'
import { addGet } from './commands/get.ts'
import { addInit } from './commands/init.ts'
import { addKeygen } from './commands/keygen.ts'
import { addList } from './commands/list.ts'
import { addMarks } from './commands/marks.ts'
import { addNotify } from './commands/notify.ts'
import { addPlugins } from './commands/plugins.ts'
import { addPrune } from './commands/prune.ts'
import { addRestore } from './commands/restore.ts'
import { addSchedule } from './commands/schedule.ts'
import { addShow } from './commands/show.ts'
import { addVerify } from './commands/verify.ts'
import { exitCodes } from '@holdfast/plugin'

const help = `
<backup> is an id or its first digits, a name, latest or job@latest.
Without a configuration, backup takes --to and the commands that read take
--from; both mean ./backups unless given.

Examples:
  export DATABASE_URL=postgresql://app@db.example.com/shop
  holdfast backup                             a verified backup in ./backups
  holdfast list                               what there is
  holdfast restore latest --to "$TARGET_URL"  bring it back
  holdfast init && holdfast doctor            set up jobs and retention

Environment:
  DATABASE_URL, PG*      the database, unless something else names it
  PGPASSFILE, ~/.pgpass  its password; the file must have mode 600
  HOLDFAST_CONFIG        the configuration file, like --config
  HOLDFAST_IDENTITY      the file that opens encrypted backups, like --identity
  HOLDFAST_PASSPHRASE    the passphrase that opens those encrypted with one
  HOLDFAST_VERIFY_KEY    the key that must have signed them, like --verify-key
  HOLDFAST_POSTGRES_BIN  the directory of PostgreSQL's client programs
  NO_COLOR, FORCE_COLOR  never colours, or always

Exit codes:
${exitCodes.map(({ code, meaning }) => `  ${String(code).padEnd(5)}${meaning}`).join('\n')}`

/** Everything that can be typed. What the commands do is imported only when one of them runs. */
export function createProgram(version: string): Command {
  const program = new Command('holdfast')
    .description('PostgreSQL backups that have already been restored.')
    .usage('<command> [options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${argumentsOf(command)}`.trimEnd() })
    .addHelpText('after', help)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
  // What is added first heads the help.
  addInit(program)
  addKeygen(program)
  addDoctor(program)
  addPlugins(program)
  addNotify(program)
  addBackup(program)
  addCopy(program)
  addList(program)
  addShow(program)
  addCheck(program)
  addSchedule(program)
  addGet(program)
  addVerify(program)
  addRestore(program)
  addPrune(program)
  addMarks(program)
  addCompletion(program)
  addHelp(program)
  return program
}

// Commander's own prints the help of everything for a command that is not there, without a word about it.
function addHelp(program: Command): void {
  program
    .command('help')
    .helpGroup('Help:')
    .summary('help for a command')
    .argument('[command]')
    .action(async (name) => {
      const command = program.commands.find((one) => one.name() === name)
      if (name === undefined || command !== undefined) (command ?? program).outputHelp()
      else await program.parseAsync([name], { from: 'user' })
    })
}

function argumentsOf({ registeredArguments }: Pick<Command, 'registeredArguments'>): string {
  return registeredArguments
    .map((argument) => {
      const name = argument.variadic ? `${argument.name()}...` : argument.name()
      return argument.required ? `<${name}>` : `[${name}]`
    })
    .join(' ')
}
