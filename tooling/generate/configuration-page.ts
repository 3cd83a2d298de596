import type { Plugin } from '@holdfast/plugin'
import { configJsonSchema } from '@holdfast/core'
import { optionsSchemaOf, variantsOf } from './editor-schema.ts'
import { isObject, objectAt, type JsonObject } from './json.ts'
import { keyRows } from './key-rows.ts'
import { packageNameOf, publishedPlugins } from './plugins.ts'
import { code, table } from './table.ts'

const example = `jobs:
  shop:
    database: \${DATABASE_URL}
    dump:
      kind: full
      format: custom
    compression: zstd
    storages:
      - use: local
        name: disk
        options:
          path: ./backups
        retention:
          days: 90
          minKeep: 3
          labels:
            pre-deploy:
              days: 7
        limitBytes: 500000000000
    verifiers:
      - use: archive
        options:
          minTables: 10
      - use: size
    notifiers:
      - use: smtp
        options:
          url: \${SMTP_URL}
          from: Backups <backups@example.com>
          to: [oncall@example.com]
      - use: slack
        name: operations
        options:
          url: \${SLACK_WEBHOOK_URL}
          mention: [here]
        on: [backup.failed, backup.recovered, backup.missed]
        repeatEveryMs: 86400000
        timeoutMs: 30000
    expectEvery: 8d
    schedule:
      backup: '0 3 * * 0'
      verify: '0 5 * * 3'
      check: '@hourly'
      timeZone: Europe/Berlin
      splayMs: 600000
      blackouts:
        - at: '0 8 * * 1-5'
          for: 10h
    labels:
      environment: production
cron:
  maxConcurrent: 2
`

/** `use`, `name` and `options`, which stand in the table above. */
const keysOfAll = 3

const head = ['key', 'type', 'default', 'meaning']

/** docs/configuration.md: every key, from the schema that checks it. */
export function configurationPage(): string {
  const schema = configJsonSchema()
  const job = objectAt(schema, 'properties', 'jobs', 'additionalProperties')
  const storage = objectAt(job, 'properties', 'storages', 'items')
  const notifier = objectAt(job, 'properties', 'notifiers', 'items')
  const retention = objectAt(storage, 'properties', 'retention')
  const schedule = mappingOf(objectAt(job, 'properties', 'schedule'))
  return `# Configuration

This page is made from the source; \`pnpm generate\` writes it.

\`holdfast init\` writes a configuration to start from. This one has all there is:

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/@holdfast/core/schema/holdfast.config.schema.json
${example}\`\`\`

Everything that is wrong with a configuration is reported at once, with file, line and column, before anything starts.

## The file

\`holdfast.config.yaml\`, \`.yml\`, \`.json\`, \`.ts\`, \`.mts\`, \`.js\` or \`.mjs\`: the one that \`--config\` names, else the one that
\`HOLDFAST_CONFIG\` names, else the first one from the working directory upwards. Two in one directory are an error.

In TypeScript and JavaScript it is the default export; \`defineConfig\` gives it types. Node imports it as it is, so use
only TypeScript that can be stripped: no enums, no namespaces.

\`\`\`ts
import { defineConfig } from 'holdfast'

export default defineConfig({
  jobs: { shop: { database: '\${DATABASE_URL}', storages: [{ use: 'local', options: { path: './backups' } }] } },
})
\`\`\`

Without a configuration, \`holdfast backup\` takes the database from \`--database\`, \`DATABASE_URL\` or the PG* variables and
stores in \`--to\`, or else \`./backups\`.

## Variables

In every string:

${table(
  ['written', 'becomes'],
  [
    ['`${NAME}`', 'the environment variable; an error where it is not set'],
    ['`${NAME:-default}`', 'the same, or the default where it is not set or empty'],
    ['`${file:PATH}`', 'what the file holds, without the newline at its end; relative to the configuration'],
    ['`$${`', 'a plain `${`'],
  ],
)}

Where a number, \`true\` or \`false\` is wanted, the text of a variable becomes one: \`days: \${BACKUP_RETENTION_DAYS}\`.

The values of files, of variables whose names sound secret (PASSWORD, SECRET, TOKEN, KEY and the like) and the passwords
in URLs are kept out of everything that Holdfast writes.

## The top

${table(head, keyRows(schema, ['jobs']))}

## A job

${table(head, keyRows(job, ['dump', 'encryption', 'signing']))}

### dump

${table(head, keyRows(objectAt(job, 'properties', 'dump')))}

### encryption

${table(head, keyRows(objectAt(job, 'properties', 'encryption')))}

### signing

${table(head, keyRows(objectAt(job, 'properties', 'signing')))}

[encryption.md](encryption.md) says how to set up both, and who can then do what.

### storages, verifiers, notifiers

${table(head, keyRows(storage, ['retention']))}

\`use: local\` means the package \`@holdfast/storage-local\`, \`@holdfast/verifier-local\` or \`@holdfast/notifier-local\`, as its
place is. A name with \`@\`, \`/\` or \`.\` in it, or one that begins with \`holdfast-\`, is the name of a package; one that begins
with \`./\`, \`../\` or \`/\` is a path. Packages are imported from the project of the configuration; those of Holdfast, where the
project has none, from beside Holdfast itself.

### notifiers

${table(head, keyRows(notifier, ['options']).slice(keysOfAll))}

[notifications.md](notifications.md) says what the events are, and what becomes of a message that can not be sent.

### schedule

A text is the schedule of the backup alone; otherwise:

${table(head, keyRows(schedule))}

Of a blackout, \`at\` is a cron expression that says when it opens, and \`for\` how long it is open: a whole number with
its unit, \`m\`, \`h\`, \`d\` or \`w\`. [schedules.md](operations/schedules.md) says how all of this is read.

### retention

${table(head, keyRows(retention, ['labels']))}

[retention.md](retention.md) says what these rules do together.

## Plugins

${publishedPlugins.map(pluginSection).join('\n\n')}
`
}

/** Of the forms that a value may have, the one with keys. */
function mappingOf({ anyOf }: JsonObject): JsonObject {
  const forms: unknown[] = Array.isArray(anyOf) ? anyOf : []
  const mapping = forms.find((one) => isObject(one) && isObject(one['properties']))
  if (!isObject(mapping)) throw new TypeError('no form of it has keys')
  return mapping
}

function pluginSection(plugin: Plugin): string {
  const title = `### ${plugin.kind}: ${plugin.name}\n\n${code(packageNameOf(plugin))}`
  const tables = variantsOf(optionsSchemaOf(plugin)).map((variant) => {
    const rows = keyRows(variant)
    return rows.length === 0 ? [] : [...choiceOf(variant), table(['option', ...head.slice(1)], rows)]
  })
  return tables.flat().length === 0 ? `${title} has no options.` : [title, ...tables.flat()].join('\n\n')
}

/** What tells one of several sets of options from the others: `preset: json`. */
function choiceOf({ properties }: JsonObject): string[] {
  const fixed = Object.entries(isObject(properties) ? properties : {}).flatMap(([key, value]) =>
    isObject(value) && 'const' in value ? [code(`${key}: ${String(value['const'])}`)] : [],
  )
  return fixed.length === 0 ? [] : [`With ${fixed.join(' and ')}:`]
}
