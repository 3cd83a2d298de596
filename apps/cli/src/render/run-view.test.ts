import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Verdict } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { createRunView } from './run-view.ts'
import { createScreen, type ScreenStream } from './screen.ts'
import { verdictsLine } from './verdicts-line.ts'

function verdict(verifier: string, storage: string, status: Verdict['status'] = 'passed'): Verdict {
  return { verifier, storage, status, proves: 'archive', checks: [] }
}

/** What a stage `verify` with these verdicts leaves on a terminal of so many columns, or in a log. */
async function shownOf(verdicts: readonly Verdict[], columns?: number): Promise<string> {
  const stream: ScreenStream = Object.assign(new PassThrough(), {
    isTTY: columns !== undefined,
    ...(columns !== undefined && { columns }),
  })
  const screen = createScreen(stream, { NO_COLOR: '1' }, { quiet: false })
  const view = createRunView(screen)
  for (const one of verdicts) view({ type: 'verdict', verdict: one })
  view({ type: 'stage.finished', stage: { name: 'verify', status: 'passed', durationMs: 2100 } })
  stream.end()
  return text(stream as unknown as PassThrough)
}

describe('what verifiers found', () => {
  it.each<[string, Verdict[]]>([
    ['archive passed, size skipped', [verdict('archive', 'disk'), verdict('size', 'disk', 'skipped')]],
    [
      'archive passed in 3 storages, size passed',
      [
        verdict('archive', 'disk'),
        verdict('size', 'disk'),
        verdict('archive', 's3'),
        verdict('archive', 'gcs'),
      ],
    ],
    [
      'archive passed in disk and gcs, failed in s3',
      [verdict('archive', 'disk'), verdict('archive', 's3', 'failed'), verdict('archive', 'gcs')],
    ],
    ['', []],
  ])('is said as %j', (said, verdicts) => expect(verdictsLine(verdicts)).toBe(said))
})

describe('a stage that is over', () => {
  const verdicts = [
    verdict('archive', 'disk'),
    verdict('size', 'disk', 'skipped'),
    verdict('archive', 'offsite', 'failed'),
  ]

  it('is one line where there is room, and in a log', async () => {
    const line = '✓ verify     archive passed in disk, failed in offsite, size skipped  2.1 s\n'
    expect(await shownOf(verdicts, 100)).toBe(line)
    expect(await shownOf(verdicts)).toBe(line)
  })

  it('goes on below itself where there is none', async () => {
    expect(await shownOf(verdicts, 60)).toBe(
      '✓ verify     archive passed in disk, failed in offsite, size\n             skipped  2.1 s\n',
    )
  })

  it('has its time below where only that has no room', async () => {
    expect(await shownOf([verdict('a'.repeat(38), 'disk')], 60)).toBe(
      `✓ verify     ${'a'.repeat(38)} passed\n             2.1 s\n`,
    )
  })
})
