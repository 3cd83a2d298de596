import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodes } from '@holdfast/plugin'
import { parseSync, Visitor } from 'oxc-parser'

/** Environment variables whose names look like codes. */
const variables = new Set(['DATABASE_URL', 'BACKUP_RETENTION_DAYS', 'STORAGE_EMULATOR_HOST'])

export interface CodesInSource {
  /** Codes of the table that no source names. */
  unused: string[]
  /** What looks like a code and is not in the table, as `file: CODE`. */
  unknown: string[]
}

/** Compares the table of error codes with what the published sources say, tests aside. */
export function codesInSource(root: string): CodesInSource {
  const families = new Set(Object.keys(errorCodes).map(familyOf))
  const used = new Set<string>()
  const unknown: string[] = []
  for (const file of globSync('{packages,apps}/*/src/**/*.ts', { cwd: root }).toSorted()) {
    if (file.endsWith('.test.ts') || file.startsWith('packages/plugin/src/codes/')) continue
    for (const text of stringsOf(file, readFileSync(join(root, file), 'utf8'))) {
      if (Object.hasOwn(errorCodes, text)) used.add(text)
      else if (/^[A-Z]+(_[A-Z]+)+$/.test(text) && families.has(familyOf(text)) && !variables.has(text)) {
        unknown.push(`${file}: ${text}`)
      }
    }
  }
  return { unused: Object.keys(errorCodes).filter((code) => !used.has(code)), unknown }
}

function familyOf(code: string): string {
  return code.split('_', 1)[0] ?? code
}

function stringsOf(file: string, text: string): string[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`)
  const found: string[] = []
  new Visitor({
    Literal: ({ value }) => {
      if (typeof value === 'string') found.push(value)
    },
    TemplateElement: ({ value }) => {
      found.push(value.raw)
    },
  }).visit(program)
  return found
}
