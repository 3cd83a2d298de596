import { bech32 } from '@scure/base'

// The texts that keys are written as. What is said about a text never repeats it: it may be a private key in the
// wrong place.

const keyBytes = 32
const kinds: readonly [RegExp, string][] = [
  [/^age-secret-key-/i, 'is an identity, the private half of a key; only its recipient (age1…) belongs here'],
  [
    /^age1pq1/i,
    'is a post-quantum recipient, which few versions of age can read yet; use one that keygen makes',
  ],
  [/^age1(?:tag|yubikey|[a-z]+1)/i, 'is a recipient of an age plugin, which Holdfast can not encrypt to'],
  [/^ssh-/, 'is an SSH key; age recipients begin with age1: make a pair with holdfast keygen'],
  [/^-----BEGIN/, 'is a key in PEM; age recipients begin with age1: make a pair with holdfast keygen'],
]

/** Why a text is not an X25519 recipient, as the end of a sentence, or undefined where it is one. */
export function recipientProblem(text: string): string | undefined {
  if (decodes(text, 'age1')) return undefined
  const known = kinds.find(([pattern]) => pattern.test(text))?.[1]
  if (known !== undefined) return known
  if (/^age1/i.test(text)) return 'is not an age recipient: a character of it is wrong or missing'
  if (/[/\\]|\.(?:txt|pub|pem)$/.test(text)) return 'looks like a file; files go into recipientsFiles'
  return 'is not an age recipient, which begins with age1'
}

/** Why a text is not an X25519 identity, or undefined where it is one. */
export function identityProblem(text: string): string | undefined {
  if (decodes(text, 'AGE-SECRET-KEY-1')) return undefined
  if (/^age1/i.test(text))
    return 'is a recipient, the public half of a key; to read, its identity (AGE-SECRET-KEY-1…) is needed'
  if (/^AGE-SECRET-KEY-PQ-/i.test(text)) return 'is a post-quantum identity, which Holdfast does not use'
  if (/^AGE-SECRET-KEY-/i.test(text)) return 'is not an age identity: a character of it is wrong or missing'
  return 'is not an age identity, which begins with AGE-SECRET-KEY-1'
}

/** Whether a text is 32 bytes in bech32, with its checksum, that begins as is wanted, in that case. */
function decodes(text: string, start: string): boolean {
  if (!text.startsWith(start)) return false
  try {
    const { prefix, bytes } = bech32.decodeToBytes(text)
    return prefix.toLowerCase() === start.slice(0, -1).toLowerCase() && bytes.length === keyBytes
  } catch {
    return false
  }
}
