/** Shorter values are left alone: they stand in too many innocent words. */
const leastCharacters = 4
/** The least length of a fragment, such as a line of a key, that is hidden on its own. */
const leastFragment = 8

/**
 * Every form in which a secret may turn up in a text: as it is, percent-encoded, escaped for JSON, SQL or a
 * connection string, in base64 alone or inside something longer, and each line of it. Nothing for values that
 * nobody could tell from an ordinary word or number (`postgres`, `5432`): hiding those would hide half of every report and
 * protect nothing. They are still hidden where a text shows that a password stands there.
 */
export function formsOf(secret: string): string[] {
  if (secret.length < leastCharacters || /^(?:[a-z]{1,8}|\d{1,8})$/.test(secret)) return []
  const lines = secret.split(/\r?\n/).map((line) => line.trim())
  const fragments =
    lines.length > 1 ? lines.filter((line) => line.length >= leastFragment && !isMarker(line)) : []
  return [...new Set([secret, ...fragments].flatMap(writtenForms))]
}

function writtenForms(value: string): string[] {
  const percent = encodeURIComponent(value.toWellFormed())
  // What encodeURIComponent leaves, others encode.
  const strict = percent.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  const withPlus = strict.replaceAll('%20', '+')
  return [
    value,
    ...[percent, strict, withPlus].flatMap((form) => [
      form,
      form.replace(/%../g, (code) => code.toLowerCase()),
    ]),
    JSON.stringify(value).slice(1, -1),
    value.replaceAll("'", "''"),
    value.replaceAll("'", "'\\''"),
    value.replace(/['\\]/g, '\\$&'),
    ...base64Forms(value),
  ]
}

// Inside something longer, such as user:password, a value has one of three forms in base64, by its distance from the start;
// what its neighbours have a part in is left off.
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value)
  const inner = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const first = Math.ceil((offset * 8) / 6)
    const last = Math.floor(((offset + bytes.length) * 8) / 6)
    return encoded.slice(first, last)
  })
  return [bytes.toString('base64'), ...inner]
    .filter((form) => form.length >= leastFragment)
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

function isMarker(line: string): boolean {
  return line.startsWith('-----') || /^[^A-Za-z0-9]*$/.test(line)
}
