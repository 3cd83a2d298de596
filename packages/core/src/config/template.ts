/** A piece of a string with variables in it. */
export type TemplatePart =
  | { type: 'text'; text: string }
  | { type: 'variable'; name: string; fallback: string | undefined }
  | { type: 'file'; path: string }
  | { type: 'invalid'; reason: string }

/** `${NAME}`, `${NAME:-default}`, `${file:PATH}`; `$${` is a plain `${`. Any other `$` is just a dollar sign. */
export function parseTemplate(text: string): TemplatePart[] {
  const parts: TemplatePart[] = []
  let end = 0
  for (const match of text.matchAll(/\$\$\{|\$\{([^}]*)(\}?)/g)) {
    parts.push({ type: 'text', text: text.slice(end, match.index) })
    const [whole, inner, close] = match
    parts.push(inner === undefined ? { type: 'text', text: '${' } : reference(inner, close === '}'))
    end = match.index + whole.length
  }
  parts.push({ type: 'text', text: text.slice(end) })
  return parts.filter((part) => part.type !== 'text' || part.text !== '')
}

function reference(inner: string, closed: boolean): TemplatePart {
  const invalid = (why: string): TemplatePart => ({
    type: 'invalid',
    reason: `${why}; it can be \${NAME}, \${NAME:-default} or \${file:PATH}, and $\${ is a plain \${`,
  })
  if (!closed) return invalid('has a ${ without its }')
  if (inner.includes('${')) return invalid('has one ${…} inside another')
  if (inner.startsWith('file:') && inner.length > 'file:'.length)
    return { type: 'file', path: inner.slice('file:'.length) }
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inner)
  if (match?.[1] === undefined) return invalid('has a ${…} that is not a variable')
  return { type: 'variable', name: match[1], fallback: match[2] }
}
