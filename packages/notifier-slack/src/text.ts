const fence = '```'

/**
 * Text from outside as it goes into a message of Slack. Slack reads `<…>` as links and mentions once `&`, `<` and `>` are
 * not escaped, and in some texts a bare `@here` as well: U+2060, which takes no room, keeps it from being one.
 */
export function prose(text: string): string {
  return escaped(withoutFences(text)).replace(/@(?=here|channel|everyone|group)/gi, '@\u2060')
}

/**
 * The same for a name or a value, of at most `limit` characters: as code where it has a character that Slack takes for
 * formatting.
 */
export function literal(text: string, limit = 200): string {
  if (!/[*_~`]/.test(text)) return fitted(prose(text), limit)
  return `\`${fitted(escaped(text.replaceAll('`', '\u02cb')), limit - 2)}\``
}

/** A block of code, of at most `limit` characters with everything. Nothing in it can end the block. */
export function codeBlock(text: string, limit: number): string {
  const inner = escaped(withoutFences(text))
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

/** Looks the same, and begins and ends no block of code. */
function withoutFences(text: string): string {
  return text.replace(/`{3,}/g, (ticks) => ticks.split('').join('\u2060'))
}
