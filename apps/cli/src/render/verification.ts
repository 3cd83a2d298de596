import type { Backup } from '@holdfast/core'
import type { Verdict } from '@holdfast/plugin'
import type { VerifyStatus } from '../actions/verify.ts'
import { marked, markOf, readingWidth, type Look, type Mark } from './look.ts'
import { clean, pad, widthOf, wrap } from './text.ts'

/** What verifiers said, check by check. */
export function renderVerdicts(verdicts: readonly Verdict[], look: Look): string {
  const width = Math.max(0, ...verdicts.flatMap(({ checks }) => checks.map(({ name }) => widthOf(name))))
  const severalStorages = new Set(verdicts.map(({ storage }) => storage)).size > 1
  return verdicts
    .map(({ verifier, storage, checks }) => {
      const heading = `  ${look.paint('strong', verifier)}${severalStorages ? ` in ${storage}` : ''}`
      const lines = checks.map(({ name, status, detail }) => {
        const [first = '', ...rest] = wrap(clean(detail), readingWidth(look) - width - 8)
        const below = rest.map((line) => `\n${' '.repeat(width + 8)}${line}`).join('')
        return `    ${marked(markOf[status], look)} ${pad(name, width)}  ${first}${below}`
      })
      return [heading, ...lines].join('\n')
    })
    .join('\n')
}

/** The end of `verify` for people. */
export function renderVerification(
  backup: Backup,
  verdicts: readonly Verdict[],
  status: VerifyStatus,
  look: Look,
): string {
  const good = verdicts.some(({ proves }) => proves === 'stored')
    ? 'is as it was stored; what is in it was not looked at'
    : 'is good'
  const ends: Record<VerifyStatus, [Mark, string]> = {
    succeeded: ['good', good],
    suspect: ['warning', `is suspect; if the change is expected: holdfast accept ${backup.id}`],
    failed: ['bad', 'is damaged; keep it for inspection and take a new backup'],
  }
  const [mark, text] = ends[status]
  const end = wrap(`${backup.name} ${text}`, readingWidth(look) - 2).join('\n  ')
  return `${renderVerdicts(verdicts, look)}\n\n${marked(mark, look)} ${end}`
}
