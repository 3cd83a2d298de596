import type { Report, ReportedRetention, ReportedStorage, Verdict } from '@holdfast/plugin'
import { cleanLine } from './clean.ts'
import type { Line, Section, Tone } from './message.ts'
import { formatBytes, formatCount } from './units.ts'

/** More than this many lines nobody reads in a message. */
const mostLines = 20

/** What the facts only sum up, where there is more to say. */
export function sectionsOf(report: Report): Section[] {
  const { storages, verdicts, retention } = report
  const several = storages.length > 1
  const isDull =
    storages.every(({ status }) => status === 'skipped') || (!several && storages[0]?.status === 'stored')
  return [
    { title: 'Storages', lines: isDull ? [] : storages.map(storageLine) },
    { title: 'Verification', lines: verdicts.map((verdict) => verdictLine(verdict, several)) },
    { title: 'Old backups', lines: retention.filter(isTelling).map(retentionLine) },
  ]
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => ({ title, lines: bounded(lines).map(cleaned) }))
}

const storageTone: Readonly<Record<ReportedStorage['status'], Tone>> = {
  stored: 'good',
  failed: 'bad',
  skipped: 'neutral',
}

function storageLine({ name, status, bytes, location, error }: ReportedStorage): Line {
  const why = error === undefined ? '' : [error.message, error.hint ?? ''].map(asSentence).join(' ')
  return {
    name,
    tone: storageTone[status],
    state: status,
    text: status === 'stored' ? `${formatBytes(bytes)}, ${location}` : why,
  }
}

function asSentence(text: string): string {
  const trimmed = text.slice(0, 1000).trim()
  return trimmed === '' || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`
}

const verdictTone: Readonly<Record<Verdict['status'], Tone>> = {
  passed: 'good',
  warning: 'warning',
  failed: 'bad',
  skipped: 'neutral',
}

function verdictLine({ verifier, storage, status, checks }: Verdict, several: boolean): Line {
  const telling = status === 'passed' ? checks : checks.filter((check) => check.status === status)
  const text =
    status === 'passed' && telling.length > 1
      ? telling.map(({ name }) => name).join(', ')
      : telling.map(({ name, detail }) => (telling.length > 1 ? `${name}: ${detail}` : detail)).join('; ')
  return {
    name: several ? `${verifier} in ${storage}` : verifier,
    tone: verdictTone[status],
    state: status,
    text,
  }
}

function isTelling({ frozen, errors }: ReportedRetention): boolean {
  return frozen !== undefined || errors.length > 0
}

function retentionLine({ storage, frozen, errors }: ReportedRetention): Line {
  const [error] = errors
  if (error === undefined)
    return { name: storage, tone: 'warning', state: 'nothing deleted', text: frozen ?? '' }
  const more =
    errors.length > 1 ? ` (and ${formatCount(errors.length - 1, 'more error', 'more errors')})` : ''
  return { name: storage, tone: 'bad', state: 'failed', text: `${error.message}${more}` }
}

/** The worst of them first where there are too many. */
function bounded(lines: readonly Line[]): Line[] {
  if (lines.length <= mostLines) return [...lines]
  const worstFirst = lines.toSorted((a, b) => severity.indexOf(a.tone) - severity.indexOf(b.tone))
  const rest = lines.length - (mostLines - 1)
  return [
    ...worstFirst.slice(0, mostLines - 1),
    { name: `and ${rest} more`, tone: 'neutral', state: '', text: '' },
  ]
}

const severity: readonly Tone[] = ['bad', 'warning', 'good', 'neutral']

function cleaned(line: Line): Line {
  return { ...line, name: cleanLine(line.name, 120), text: cleanLine(line.text, 600) }
}
