import { StringDecoder } from 'node:string_decoder'

const longestLine = 8_192
/** More than is shown, so that a secret cut at the start is cut off altogether once the rest is redacted. */
const keptCharacters = 5_120

/** What a child says on its standard error: every line as it comes, and the last 5 KB for the error message. */
export interface StderrReader {
  write(chunk: Buffer): void
  /** Passes on a last line that has no line break. */
  end(): void
  tail(): string
}

/** Bounded whatever comes: of a line longer than 8 KB the first 8 KB are passed on. */
export function readStderr(onLine: (line: string) => void): StderrReader {
  const decoder = new StringDecoder('utf8')
  let tail = ''
  let line = ''
  const take = (text: string) => {
    tail = (tail + text.slice(-keptCharacters)).slice(-keptCharacters)
    let start = 0
    for (;;) {
      const end = text.indexOf('\n', start)
      const piece = text.slice(start, end < 0 ? undefined : end)
      if (line.length < longestLine) line += piece.slice(0, longestLine - line.length)
      if (end < 0) return
      onLine(line)
      line = ''
      start = end + 1
    }
  }
  return {
    write: (chunk) => take(decoder.write(chunk)),
    end: () => {
      take(decoder.end())
      if (line !== '') onLine(line)
      line = ''
    },
    tail: () => tail,
  }
}
