/** Text that is HTML already. */
export interface Html {
  readonly html: string
}

type Value = string | number | Html | readonly Html[]

/**
 * A template whose values are escaped, unless they were made by this very function: forgetting to is impossible.
 * (Were it called `html`, formatters would add white space, which counts in what is shown as it is.)
 */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: parts.map((part, at) => part + written(values[at] ?? '')).join('') }
}

function written(value: Value): string {
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  return 'html' in value ? value.html : value.map((one) => one.html).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text between tags and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => entities[mark] ?? mark)
}
