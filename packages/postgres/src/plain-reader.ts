import { type DumpContents, type Heading, parseHeading } from './contents.ts'
import type { DumpReader } from './dump-reader.ts'

const commentStart = '\n-- '
const copyStart = '\nCOPY '
const copyEnd = '\n\\.\n'
const longestMarkerBytes = copyStart.length
const tailBytes = 4_096
/** A name has 63 bytes; a longer comment is somebody's text, and its start tells that as well as all of it. */
const longestLineBytes = 4_096

/**
 * Reads plain SQL as pg_dump writes it: the heading of each object, looked for outside of COPY's rows only, and the
 * line that pg_dump writes last. `onTable` is told of each table whose rows begin.
 */
export function readPlain(onTable: (table: Heading) => void = () => undefined): DumpReader {
  const contents: DumpContents = { tables: [], tableData: [] }
  // As if a line break came before the first line.
  let rest: Buffer = Buffer.from('\n')
  let tail: Buffer = Buffer.alloc(0)
  let place: 'definitions' | 'before-rows' | 'rows' = 'definitions'

  /** Reads every complete line that matters and returns how much of the text is done with. */
  const read = (text: Buffer): number => {
    let at = 0
    for (;;) {
      const start = place === 'rows' ? text.indexOf(copyEnd, at) : lineStart(text, at)
      if (start < 0) return Math.max(at, text.length - longestMarkerBytes)
      if (place === 'rows') {
        place = 'definitions'
        at = start + copyEnd.length - 1
        continue
      }
      const end = text.indexOf('\n', start + 1)
      if (end < 0 && text.length - start < longestLineBytes) return start
      readLine(text.toString('utf8', start + 1, end < 0 ? start + longestLineBytes : end))
      at = end < 0 ? text.length : end
    }
  }

  const lineStart = (text: Buffer, at: number): number => {
    const comment = text.indexOf(commentStart, at)
    if (place === 'definitions') return comment
    const copy = text.subarray(0, comment < 0 ? text.length : comment).indexOf(copyStart, at)
    return copy < 0 ? comment : copy
  }

  const readLine = (line: string): void => {
    if (line.startsWith('COPY ')) {
      place = 'rows'
      return
    }
    const heading = parseHeading(line)
    if (heading === undefined) return
    const { type, schema, name, owner } = heading
    place = type === 'TABLE' ? 'definitions' : 'before-rows'
    const entries = type === 'TABLE' ? contents.tables : contents.tableData
    entries.push(`${schema} ${name} ${owner}`)
    if (type === 'TABLE DATA') onTable(heading)
  }

  return {
    async write(chunk) {
      tail = Buffer.from(Buffer.concat([tail, chunk.subarray(-tailBytes)]).subarray(-tailBytes))
      const text = Buffer.concat([rest, chunk])
      rest = Buffer.from(text.subarray(read(text)))
    },
    async finish() {
      const errors: string[] = []
      if (place === 'rows') errors.push('the SQL ends inside the rows of a table')
      if (!endsWell(tail.toString('utf8')))
        errors.push('the SQL does not end with "PostgreSQL database dump complete"')
      return { contents, errors }
    },
    abandon: () => undefined,
  }
}

/** True when pg_dump's last line is there; newer minor versions print \unrestrict after it. */
function endsWell(tail: string): boolean {
  return /(?:^|\n)-- PostgreSQL database dump complete\n(?:--\n|\\unrestrict \w+\n|\s)*$/.test(tail)
}
