import { type DumpContents, type Heading, parseHeading } from './contents.ts'

export interface PlainScanner {
  /** Takes the next piece and gives what can be passed on of all that came so far. */
  push(chunk: Buffer): Buffer
  /** To be called after the last piece: what was held back, and what is wrong with the dump as a whole. */
  end(): { rest: Buffer; contents: DumpContents; errors: string[] }
}

export interface PlainScannerOptions {
  /** Told of each table whose rows begin. */
  onTable?: (table: Heading) => void
  /** Blank out the BEGIN and COMMIT that pg_dump puts around large objects, so that all is one transaction. */
  dropTransactions?: boolean
}

type Place = 'definitions' | 'before-rows' | 'rows' | 'before-large-objects' | 'large-objects'

const commentStart = '\n-- '
/** What begins after its heading, and ends, a part that is not read line by line. */
const openers: Partial<Record<Place, string>> = {
  'before-rows': '\nCOPY ',
  'before-large-objects': '\nBEGIN;\n',
}
const closers: Partial<Record<Place, string>> = { rows: '\n\\.\n', 'large-objects': '\nCOMMIT;\n' }
const longestMarkerBytes = '\nCOMMIT;\n'.length
const tailBytes = 4_096
/** A name has 63 bytes; a longer comment is somebody's text, and its start tells that as well as all of it. */
const longestLineBytes = 4_096

/**
 * Follows plain SQL as pg_dump writes it: the heading of each object, looked for outside of rows and large objects
 * only, and the line that pg_dump writes last. What it does not know it passes over.
 */
export function scanPlain(options: PlainScannerOptions = {}): PlainScanner {
  const contents: DumpContents = { tables: [], tableData: [] }
  // As if a line break came before the first line. It is passed on, which does no harm.
  let rest: Buffer = Buffer.from('\n')
  let tail: Buffer = Buffer.alloc(0)
  let place: Place = 'definitions'

  /** Reads every line that matters and is complete; returns how much of the text is done with. */
  const scan = (text: Buffer): number => {
    let at = 0
    for (;;) {
      const closer = closers[place]
      const start = closer === undefined ? nextLine(text, at) : text.indexOf(closer, at)
      if (start < 0) return Math.max(at, text.length - longestMarkerBytes)
      if (closer !== undefined) {
        if (options.dropTransactions && place === 'large-objects') blank(text, start, closer)
        place = 'definitions'
        at = start + closer.length - 1
        continue
      }
      const end = text.indexOf('\n', start + 1)
      if (end < 0 && text.length - start < longestLineBytes) return start
      at = end < 0 ? text.length : end
      if (isAt(text, start, commentStart))
        readComment(text.toString('utf8', start + 1, Math.min(at, start + longestLineBytes)))
      else if (place === 'before-rows') place = 'rows'
      else {
        place = 'large-objects'
        if (options.dropTransactions) blank(text, start, '\nBEGIN;\n')
      }
    }
  }

  const nextLine = (text: Buffer, at: number): number => {
    const comment = text.indexOf(commentStart, at)
    const opener = openers[place]
    if (opener === undefined) return comment
    const open = text.subarray(0, comment < 0 ? text.length : comment).indexOf(opener, at)
    return open < 0 ? comment : open
  }

  const readComment = (line: string): void => {
    const heading = parseHeading(line)
    if (heading === undefined) return
    const { type, schema, name, owner } = heading
    place = type === 'TABLE DATA' ? 'before-rows' : type === 'BLOBS' ? 'before-large-objects' : 'definitions'
    if (type === 'TABLE') contents.tables.push(`${schema} ${name} ${owner}`)
    if (type !== 'TABLE DATA') return
    contents.tableData.push(`${schema} ${name} ${owner}`)
    options.onTable?.(heading)
  }

  return {
    push(chunk) {
      tail = Buffer.from(Buffer.concat([tail, chunk.subarray(-tailBytes)]).subarray(-tailBytes))
      const text = Buffer.concat([rest, chunk])
      const done = scan(text)
      rest = Buffer.from(text.subarray(done))
      return text.subarray(0, done)
    },
    end() {
      const errors: string[] = []
      if (place === 'rows') errors.push('the SQL ends inside the rows of a table')
      if (place === 'large-objects') errors.push('the SQL ends inside the large objects')
      if (!endsWell(tail.toString('utf8'))) {
        errors.push('the SQL does not end with "PostgreSQL database dump complete"')
      }
      return { rest, contents, errors }
    },
  }
}

function isAt(text: Buffer, at: number, marker: string): boolean {
  return text.toString('latin1', at, at + marker.length) === marker
}

/** Overwrites a statement that stands on a line of its own. */
function blank(text: Buffer, start: number, line: string): void {
  text.fill(' ', start + 1, start + line.length - 1)
}

/** True when pg_dump's last line is there; newer minor versions print \unrestrict after it. */
function endsWell(tail: string): boolean {
  return /(?:^|\n)-- PostgreSQL database dump complete\n(?:--\n|\\unrestrict \w+\n|\s)*$/.test(tail)
}
