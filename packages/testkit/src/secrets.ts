import { inspect } from 'node:util'

/** Whether a text, or anything that printing a value would show, has one of the secrets in it, as it is or encoded. */
export function carriesSecret(value: unknown, secrets: readonly string[]): boolean {
  const text = typeof value === 'string' ? value : inspect(value, { depth: 8, maxStringLength: null })
  return secrets.some((secret) => formsOf(secret).some((form) => text.includes(form)))
}

function formsOf(secret: string): string[] {
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...inBase64(secret)]
}

// Inside something longer, such as user:password, a text has one of three forms, by its distance from the start; what
// its neighbours have a part in is left off.
function inBase64(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64url')
    const form = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6))
    return [form, form.replaceAll('-', '+').replaceAll('_', '/')]
  })
}
