/**
 * Text from outside as it goes into a message of Slack. Slack reads `<…>` as links and mentions once `&`, `<` and `>` are
 * not escaped, and in some texts a bare `@here` as well: U+2060, which takes no room, keeps it from being one.
 */
export function prose(text: string): string {
  return escaped(text).replace(/@(?=here|channel|everyone|group)/gi, '@\u2060')
}

/** The same for a name or a value: as code where it has a character that Slack takes for formatting. */
export function literal(text: string): string {
  return /[*_~`]/.test(text) ? `\`${escaped(text.replaceAll('`', '\u02cb'))}\`` : prose(text)
}

/** A block of code, of at most `limit` characters with everything. Nothing in it can end the block. */
export function codeBlock(text: string, limit: number): string {
  const fence = '```'
  const inner = escaped(text.replaceAll(fence, '`\u2060`\u2060`'))
  return `${fence}\n${fitted(inner, limit - 8)}\n${fence}`
}

/** What is longer loses its end, but never half a character or half an escape. */
export function fitted(text: string, limit: number): string {
  if (text.length <= limit) return text
  return `${text
    .slice(0, limit - 1)
    .replace(/&[a-z]{0,3}$|[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
