/** One line of a metric. */
export interface Series {
  /** As it stands in the text, with its labels; what tells it from the others. */
  id: string
  labels: Readonly<Record<string, string>>
  value: string
}

export interface ExposedFamily {
  name: string
  help: string
  type: string
  series: Map<string, Series>
}

const sampleShape = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([-+]?\S+)$/
const labelShape = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

/** Reads what `createMetrics` writes. A line that is something else is passed over. */
export function parseExposition(text: string): Map<string, ExposedFamily> {
  const families = new Map<string, ExposedFamily>()
  const family = (name: string): ExposedFamily => {
    const known = families.get(name) ?? { name, help: '', type: 'untyped', series: new Map() }
    families.set(name, known)
    return known
  }
  for (const line of text.split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line)
    const sample = comment === null ? sampleShape.exec(line) : null
    const [, name = '', labelText = '', value = ''] = sample ?? []
    if (comment?.[1] === 'HELP') family(comment[2] ?? '').help = comment[3] ?? ''
    else if (comment?.[1] === 'TYPE') family(comment[2] ?? '').type = comment[3] ?? ''
    else if (sample !== null && !Number.isNaN(Number(value))) {
      const labels = readLabels(labelText)
      const id = idOf(name, labels)
      family(name).series.set(id, { id, labels, value })
    }
  }
  return families
}

export function formatExposition(families: Iterable<ExposedFamily>): string {
  const blocks = [...families]
    .filter(({ series }) => series.size > 0)
    .map(({ name, help, type, series }) =>
      [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...[...series.values()].map(({ id, value }) => `${id} ${value}`),
      ].join('\n'),
    )
  return `${blocks.join('\n\n')}\n`
}

function readLabels(text: string): Record<string, string> {
  const labels = [...text.matchAll(labelShape)].map(([, name = '', value = '']) => [
    name,
    value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
  ])
  return Object.fromEntries(labels) as Record<string, string>
}

function idOf(name: string, labels: Readonly<Record<string, string>>): string {
  const written = Object.entries(labels).map(([label, value]) => `${label}="${escape(value)}"`)
  return written.length === 0 ? name : `${name}{${written.join(',')}}`
}

function escape(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"')
}
