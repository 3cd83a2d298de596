/** A fenced block of a Markdown file. */
export interface Snippet {
  /** What follows the opening fence: `sh`, `yaml`. */
  language: string
  /** The heading it stands under, without its number signs. */
  heading: string
  text: string
}

/** Every fenced block of a Markdown text, in order. */
export function snippetsOf(markdown: string): Snippet[] {
  const snippets: Snippet[] = []
  let heading = ''
  let open: Snippet | undefined
  for (const line of markdown.split('\n')) {
    const fence = /^```(\S*)/.exec(line)
    if (fence !== null) {
      if (open === undefined) open = { language: fence[1] ?? '', heading, text: '' }
      else {
        snippets.push(open)
        open = undefined
      }
    } else if (open !== undefined) open.text += `${line}\n`
    else heading = /^#+ (.*)/.exec(line)?.[1] ?? heading
  }
  if (open !== undefined) throw new Error(`the block under "${heading}" is never closed`)
  return snippets
}
