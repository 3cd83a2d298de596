/** An answer that S3 gives instead of what was asked for. */
export class S3Refusal extends Error {
  readonly code: string
  readonly status: number
  readonly headers: Record<string, string>
  /** More elements of the body, as S3 adds them. */
  readonly fields: Record<string, string>

  constructor(
    status: number,
    code: string,
    message: string,
    { headers = {}, fields = {} }: { headers?: Record<string, string>; fields?: Record<string, string> } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
    this.fields = fields
  }
}

/** An element with text, or with the elements that are given as a list. */
export function element(name: string, content: string | number | readonly string[]): string {
  const inner = typeof content === 'object' ? content.join('') : escaped(String(content))
  return `<${name}>${inner}</${name}>`
}

export function document(root: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`
}

export function errorDocument({
  code,
  message,
  fields,
}: Pick<S3Refusal, 'code' | 'message' | 'fields'>): string {
  const more = Object.entries(fields).map(([name, value]) => element(name, value))
  return document(
    element('Error', [
      element('Code', code),
      element('Message', message),
      ...more,
      element('RequestId', 'DOUBLE'),
    ]),
  )
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (mark) => entities[mark] ?? mark).replaceAll('\r', '&#13;')
}
