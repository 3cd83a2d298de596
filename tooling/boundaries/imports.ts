import { parseSync, Visitor } from 'oxc-parser'

// Every specifier a module names, in any form: import, export from, import(), and import('…') in a type.
// Throws when the text does not parse, because a file that can't be read can't be cleared.
export function specifiers(file: string, text: string): string[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`)
  const found: string[] = []
  const add = (node: { source: unknown }): void => {
    const value = literal(node.source)
    if (value !== undefined) found.push(value)
  }
  new Visitor({
    ImportDeclaration: add,
    ExportAllDeclaration: add,
    ExportNamedDeclaration: add,
    ImportExpression: add,
    TSImportType: add,
  }).visit(program)
  return found
}

function literal(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null || !('value' in node)) return undefined
  return typeof node.value === 'string' ? node.value : undefined
}
