/** What a dump says it holds: the list of `pg_restore --list`, or the headings of a plain dump. */
export interface DumpContents {
  /** Definitions of tables, partitioned ones among them, each as `schema name owner`, with line breaks as spaces. */
  tables: string[]
  /** Tables whose rows are in the dump, also if there are none; in the same form. */
  tableData: string[]
}

// pg_class; together with the type it tells a table from a table named DATA.
const tableCatalog = '1259'

/** Reads what `pg_restore --list` printed. */
export function parseContents(list: string): DumpContents {
  const contents: DumpContents = { tables: [], tableData: [] }
  for (const line of list.split('\n')) {
    const [, catalog, text] = /^\d+; (\d+) \d+ (.*)$/.exec(line) ?? []
    if (text === undefined) continue
    if (catalog === tableCatalog && text.startsWith('TABLE ')) contents.tables.push(text.slice(6))
    if (catalog !== tableCatalog && text.startsWith('TABLE DATA ')) contents.tableData.push(text.slice(11))
  }
  return contents
}

/** The comment that pg_dump writes over each object of a plain dump. */
export interface Heading {
  /** BLOBS: the contents of large objects. */
  type: 'TABLE' | 'TABLE DATA' | 'BLOBS' | 'other'
  schema: string
  name: string
  owner: string
}

const heading = /^-- (?:Data for )?Name: (.*); Type: ([A-Z ]+); Schema: (.*); Owner: ([^;]*)/

/** Undefined where the line is no heading. */
export function parseHeading(line: string): Heading | undefined {
  const [, name, type, schema, owner] = heading.exec(line) ?? []
  if (name === undefined || schema === undefined || owner === undefined) return undefined
  const known = type === 'TABLE' || type === 'TABLE DATA' || type === 'BLOBS'
  return { type: known ? type : 'other', schema, name, owner }
}

/**
 * The tables that are not among the entries. Names are compared as the list prints them, where nothing tells a
 * space in a name from one between names.
 */
export function missingTables<Table extends { schema: string; name: string }>(
  tables: readonly Table[],
  entries: readonly string[],
): Table[] {
  const found = new Set(entries.flatMap(starts))
  return tables.filter(({ schema, name }) => !found.has(`${schema} ${name}`.replaceAll(/[\r\n]/g, ' ')))
}

function starts(entry: string): string[] {
  return [...entry.matchAll(/ /g)].map((space) => entry.slice(0, space.index))
}
