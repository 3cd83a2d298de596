/** A name as an SQL identifier. */
export function quoteIdentifier(name: string): string {
  refuseNul(name)
  return `"${name.replaceAll('"', '""')}"`
}

/** Text as an SQL literal, whatever standard_conforming_strings is. */
export function quoteLiteral(text: string): string {
  refuseNul(text)
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? ` E${quoted}` : quoted
}

function refuseNul(text: string): void {
  if (text.includes('\0')) throw new TypeError('SQL text can not hold a NUL.')
}
