/**
 * The HTML of mails in parts, so that what they have in common stands in one snapshot: the frame, and each look, which is
 * spelled out wherever it is used. Put together again, the parts are the mail to the letter.
 */
export interface MailParts {
  /** The document without its subject, its sentence and its card. */
  frame: string
  /** What stands in the card, with the names of looks, and each row of a table on one line. */
  card: string
}

/** Names for every pair of class and style that mails have: the class, and a number where it has several styles. */
export class Looks {
  #names = new Map<string, string>()

  constructor(mails: readonly string[]) {
    const used = new Map<string, number>()
    for (const [pair, classes = ''] of mails.flatMap((html) => [...html.matchAll(look)])) {
      if (this.#names.has(pair)) continue
      const name = classes.replaceAll(' ', '+')
      const count = (used.get(name) ?? 0) + 1
      used.set(name, count)
      this.#names.set(pair, `{${name} ${count}}`)
    }
  }

  /** One look a line. */
  toString(): string {
    return [...this.#names]
      .map(([pair, name]) => `${name} ${pair}\n`)
      .toSorted()
      .join('')
  }

  named(html: string): string {
    return html.replace(look, (pair) => this.#names.get(pair) ?? pair)
  }

  spelledOut(text: string): string {
    const pairs = new Map([...this.#names].map(([pair, name]) => [name, pair]))
    return text.replace(/\{[\w+-]+ \d+\}/g, (name) => pairs.get(name) ?? name)
  }
}

const look = /class="([^"]*)" style="[^"]*"/g

const shape =
  /^(.*<title>)([^<]*)(<\/title>.*?<div [^>]*>)([^<]*)(<\/div>.*?)(<tr><td height="6".*?)(<\/td><\/tr>\n<\/table>\n<\/td><\/tr>\n<\/table>\n<\/body>\n<\/html>\n)$/s

export function partsOf(html: string, looks: Looks): MailParts {
  const [, top = '', subject = '', head = '', sentence = '', body = '', card = '', end = ''] =
    shape.exec(html) ?? []
  const rows = card.replaceAll(/\n(?=<(?:td|th|\/tr))/g, '⏎')
  return {
    frame: `${top}SUBJECT${head}SENTENCE${body}CARD${end}`,
    card: `${subject}\n${sentence}\n${looks.named(rows)}`,
  }
}

export function wholeOf({ frame, card }: MailParts, looks: Looks): string {
  const [subject = '', sentence = '', ...rows] = card.split('\n')
  const inside: Record<string, string> = {
    SUBJECT: subject,
    SENTENCE: sentence,
    CARD: looks.spelledOut(rows.join('\n')).replaceAll('⏎', '\n'),
  }
  return frame.replace(/SUBJECT|SENTENCE|CARD/g, (name) => inside[name] ?? name)
}
