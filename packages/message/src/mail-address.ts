/**
 * What is wrong with a mail address as an option has it, or undefined: `name@domain`, alone or as `Name <name@domain>`.
 * One that is accepted is on one line and names one mailbox, so that it can't become a second header or recipient.
 */
export function mailAddressProblem(text: string): string | undefined {
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) return 'must not contain line breaks or control characters'
  const named = /^(?:"[^"\\]*"|[^"<>,;:()@[\]\\]*)\s*<([^<>]*)>$/.exec(text.trim())
  const address = named?.[1] ?? text.trim()
  if (address.length > 254) return 'is longer than the 254 characters that an address may have'
  return mailbox.test(address) ? undefined : 'must be name@domain, or Name <name@domain>'
}

// A domain may also be one word, as on an internal network, or in another script than Latin.
const mailbox =
  /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)*$/u
