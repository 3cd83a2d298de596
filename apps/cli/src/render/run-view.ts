import type { RunEvent } from '@holdfast/core'
import type { SourceFacts, StageName, Verdict } from '@holdfast/plugin'
import type { Activity } from './activity.ts'
import { marked, readingWidth, type Look } from './look.ts'
import type { Screen } from './screen.ts'
import { cleanLine, pad, widthOf, wrap } from './text.ts'
import { formatBytes, formatCount, formatDuration } from './units.ts'
import { verdictsLine } from './verdicts-line.ts'

/** Stages that happen together are shown as the one that people think of; the rest is in the summary. */
const shown: Partial<Record<StageName, string>> = {
  preflight: 'preflight',
  snapshot: 'snapshot',
  dump: 'dump',
  record: 'record',
  verify: 'verify',
  retain: 'retain',
  notify: 'notify',
}

/** Shows a run on a screen while it happens: a line for each finished stage, and what is going on now. */
export function createRunView(screen: Screen): (event: RunEvent) => void {
  const told = new Map<StageName, string>()
  const verdicts: Verdict[] = []
  let snapshotMs = 0
  return (event) => {
    switch (event.type) {
      case 'run.started':
        screen.say(screen.look().paint('strong', `${event.job}${event.dryRun ? ' (dry run)' : ''}`))
        return
      case 'source.found':
        told.set('preflight', describeSource(event.facts))
        return
      case 'snapshot.taken':
        // What it holds is told after the stage has ended.
        screen.rest()
        screen.say(stageLine('good', 'snapshot', describeSnapshot(event), snapshotMs, screen.look()))
        return
      case 'stage.started':
        if (shown[event.stage] !== undefined) screen.show({ title: shown[event.stage] ?? '' })
        return
      case 'progress': {
        const { stage, rawBytes, storedBytes } = event.progress
        if (stage === 'dump')
          told.set('dump', `${formatBytes(rawBytes)} read, ${formatBytes(storedBytes)} stored`)
        screen.show(activityOf(event))
        return
      }
      case 'verdict':
        verdicts.push(event.verdict)
        told.set('verify', verdictsLine(verdicts))
        return
      case 'stage.finished': {
        const { name, status, durationMs } = event.stage
        if (name === 'snapshot') snapshotMs = durationMs
        screen.rest()
        if (shown[name] === undefined || isSilent(event)) return
        screen.say(
          stageLine(
            status === 'passed' ? 'good' : 'bad',
            name,
            told.get(name) ?? '',
            durationMs,
            screen.look(),
          ),
        )
        return
      }
      case 'warning':
      case 'storage.failed':
      case 'run.finished':
        // The summary has them.
        return
    }
  }
}

/** These stages are worth a line of their own only when they fail. */
const quietStages: readonly StageName[] = ['snapshot', 'record', 'retain', 'notify']

function isSilent({ stage }: Extract<RunEvent, { type: 'stage.finished' }>): boolean {
  return stage.status === 'passed' && quietStages.includes(stage.name)
}

function activityOf({ progress }: Extract<RunEvent, { type: 'progress' }>): Activity {
  const { stage, fraction, detail, rawBytes } = progress
  return { title: stage, fraction, estimated: stage === 'dump', bytes: rawBytes, detail }
}

function describeSource({ database, client }: SourceFacts): string {
  return `PostgreSQL ${database.serverVersion}, pg_dump ${client.version}, ${formatBytes(database.bytes)}`
}

function describeSnapshot({ tables, largeObjects }: { tables: number; largeObjects: number }): string {
  const objects = largeObjects === 0 ? '' : `, ${formatCount(largeObjects, 'large object')}`
  return formatCount(tables, 'table') + objects
}

const nameWidth = 9

/** How a stage went, what came of it, and how long it took; what is too long for the terminal goes on below. */
function stageLine(
  mark: 'good' | 'bad',
  name: string,
  detail: string,
  durationMs: number,
  look: Look,
): string {
  const took = formatDuration(durationMs)
  const width = readingWidth(look) - nameWidth - 4
  const lines = wrap(cleanLine(detail), width)
  const end = lines.pop() ?? ''
  const gap = end === '' ? '' : '  '
  const last =
    widthOf(end + gap + took) <= width
      ? [`${end}${look.paint('dim', gap + took)}`]
      : [end, look.paint('dim', took)]
  return `${marked(mark, look)} ${pad(name, nameWidth)}  ${[...lines, ...last].join(`\n${' '.repeat(nameWidth + 4)}`)}`
}
