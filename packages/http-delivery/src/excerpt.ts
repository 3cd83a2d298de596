import type { Secret } from '@holdfast/plugin'

const mostCharacters = 8192
/** Shorter parts of an address stand in innocent words. */
const leastCharacters = 8

/** A text from outside as it may be shown: without these secrets, or parts of them, without control characters, and not long. */
export function excerpt(text: string, secrets: readonly Secret[]): string {
  const hidden = secrets
    .flatMap((secret) => partsOf(secret.reveal()))
    .toSorted((one, other) => other.length - one.length)
  return (
    hidden
      .reduce((sofar, part) => sofar.replaceAll(part, '[secret]'), text)
      // oxlint-disable-next-line no-control-regex -- that is what is taken out
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]+/g, ' ')
      .trim()
      .slice(0, mostCharacters)
      .toWellFormed()
  )
}

/** The secret itself and, of an address, everything in it that could be one alone. */
function partsOf(secret: string): string[] {
  const url = /^https?:/.test(secret) ? URL.parse(secret) : null
  if (url === null) return [secret]
  const parts = [...url.pathname.split('/'), ...url.searchParams.values(), url.username, url.password]
  const long = parts.flatMap((part) => [part, decoded(part)]).filter((part) => part.length >= leastCharacters)
  const path = `${url.pathname}${url.search}`
  return [secret, url.href, ...(path.length >= leastCharacters ? [path] : []), ...long]
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
