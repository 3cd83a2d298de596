import type { Address } from './address.ts'

/** Below this length a secret is redacted only where it stands alone, or every message would be full of holes. */
const shortestAnywhere = 4

/** Text without the password of this address, in any of the forms in which a program may repeat it. */
export function redact(text: string, address: Pick<Address, 'secrets'>): string {
  let redacted = text
  for (const secret of address.secrets) {
    const value = secret.reveal()
    if (value.length >= shortestAnywhere) redacted = redacted.replaceAll(value, '[secret]')
    else redacted = redacted.replaceAll(alone(value), '$1[secret]')
  }
  return redacted
}

function alone(value: string): RegExp {
  const escaped = value.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
  return new RegExp(`(^|[^\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'gu')
}

/** The last 4 KB of what a program printed, fit to be shown. */
export function redactTail(text: string, address: Pick<Address, 'secrets'>): string {
  return redact(text, address).slice(-4_096)
}
