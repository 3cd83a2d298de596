import type { ErrorCodeEntry } from './types.ts'

/** Exit code 2: nothing was started. */
export const usageCodes = {
  USAGE_INVALID: {
    exitCode: 2,
    meaning: 'The command line has an unknown command, option or value.',
    fix: 'Run the command with --help; the error names the nearest match.',
  },
  BACKUP_NOT_FOUND: {
    exitCode: 2,
    meaning: 'No backup in the storages searched has this id or name.',
    fix: 'Run `holdfast list` to see what there is, and check --from or the configuration.',
  },
  BACKUP_AMBIGUOUS: {
    exitCode: 2,
    meaning: 'More than one backup answers to this id prefix or name.',
    fix: 'Use the full id, as `holdfast list` shows it.',
  },
  JOB_NOT_FOUND: {
    exitCode: 2,
    meaning: 'The configuration has no job of this name.',
    fix: 'Use one of the names in the configuration; the error lists them.',
  },
  CONFIG_NOT_FOUND: {
    exitCode: 2,
    meaning: 'No configuration file was found and the command line does not say enough without one.',
    fix: 'Run `holdfast init`, or pass --config, or name the database and directory on the command line.',
  },
  CONFIG_AMBIGUOUS: {
    exitCode: 2,
    meaning: 'A directory holds more than one configuration file.',
    fix: 'Remove all but one of them, or name one with --config.',
  },
  CONFIG_UNREADABLE: {
    exitCode: 2,
    meaning: 'The configuration file could not be read, parsed or imported.',
    fix: 'Mend the file at the line that the error names.',
  },
  CONFIG_INVALID: {
    exitCode: 2,
    meaning: 'The configuration has unknown keys, wrong types or impossible values.',
    fix: 'Every problem is listed with its place; see docs/configuration.md for each key.',
  },
  CONFIG_VARIABLE_UNSET: {
    exitCode: 2,
    meaning: 'The configuration refers to an environment variable or file that is not there.',
    fix: 'Set the variable, or give it a default: ${NAME:-default}.',
  },
  CONFIG_KEY_INVALID: {
    exitCode: 2,
    meaning:
      'A file of keys can not be read, or holds something else: not a key, or the wrong half of a pair.',
    fix: 'The error says what was expected there. `holdfast keygen` makes keys.',
  },
  PLUGIN_NOT_FOUND: {
    exitCode: 2,
    meaning: 'A plugin that the configuration names is not installed where the configuration file lives.',
    fix: 'Install the package that the error names.',
  },
  PLUGIN_INVALID: {
    exitCode: 2,
    meaning: 'A module was found, but what it exports is not a plugin of the kind asked for.',
    fix: 'Export the result of definePlugin as the default export; see docs/plugins.md.',
  },
  PLUGIN_FAILED: {
    exitCode: 2,
    meaning: 'A plugin threw an error of its own while it was imported or created.',
    fix: 'The error carries what it said. Reinstall the plugin, or report it to its author.',
  },
  PLUGIN_API_VERSION: {
    exitCode: 2,
    meaning: 'A plugin was made for another version of the plugin contract.',
    fix: 'Install a version of the plugin that matches this Holdfast.',
  },
} as const satisfies Record<string, ErrorCodeEntry>
