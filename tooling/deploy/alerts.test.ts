import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isLeftOut, presenceOf } from '@holdfast/lab'
import { continueText, createMetrics, metricFamilies } from '@holdfast/metrics'
import type { Verdict } from '@holdfast/plugin'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { environment, program, root } from './program.ts'

interface Rule {
  alert: string
  expr: string
  labels: { severity: string }
  annotations: { summary: string; description: string }
}

interface RuleTest {
  name: string
  input_series: { series: string }[]
  alert_rule_test: { alertname: string; exp_alerts: unknown[] }[]
}

const directory = join(root, 'deploy/prometheus')
const rulesFile = 'holdfast.rules.yml'
const testsFile = 'holdfast.tests.yml'

let rules: Rule[]
let tests: RuleTest[]
beforeAll(async () => {
  const read = async (file: string): Promise<string> => readFile(join(directory, file), 'utf8')
  rules = (parse(await read(rulesFile)) as { groups: { rules: Rule[] }[] }).groups.flatMap(
    (group) => group.rules,
  )
  tests = (parse(await read(testsFile)) as { tests: RuleTest[] }).tests
})

/** The app's own, which only it has. */
const ofCron = /^holdfast_cron_/

function metricsIn(text: string): string[] {
  return [...new Set(text.match(/\bholdfast_\w+/g) ?? [])]
}

describe('deploy/prometheus', () => {
  it('tests each alert: that it fires on its fault, and that it is silent without', () => {
    const outcomes = tests.flatMap(({ alert_rule_test }) =>
      alert_rule_test.map(({ alertname, exp_alerts }) => ({ alertname, fires: exp_alerts.length > 0 })),
    )
    expect(rules.length).toBeGreaterThan(10)
    for (const { alert } of rules) {
      const own = outcomes.filter(({ alertname }) => alertname === alert)
      expect([alert, own.some(({ fires }) => fires), own.some(({ fires }) => !fires)]).toEqual([
        alert,
        true,
        true,
      ])
    }
    expect(outcomes.filter(({ alertname }) => !rules.some(({ alert }) => alert === alertname))).toEqual([])
  })

  it('asks for no metric, and for no label, that there is not', () => {
    const known = new Map(metricFamilies.map(({ name, labels }) => [name, labels]))
    const texts = [
      ...rules.map(({ expr }) => expr),
      ...tests.flatMap((test) => test.input_series.map((one) => one.series)),
    ]
    const metrics = metricsIn(texts.join('\n')).filter((name) => !ofCron.test(name))
    expect(metrics.filter((name) => !known.has(name))).toEqual([])
    for (const { series } of tests.flatMap(({ input_series }) => input_series)) {
      const [name = ''] = metricsIn(series)
      if (name === '' || ofCron.test(name)) continue
      const labels = [...series.matchAll(/(\w+)="/g)].map(([, label]) => label)
      const scraped = ['backup_job', 'job', 'instance']
      expect([series, new Set(labels)]).toEqual([series, new Set([...scraped, ...(known.get(name) ?? [])])])
    }
  })

  it('has a page that says what each alert means', async () => {
    const page = await readFile(join(root, 'docs/operations/monitoring.md'), 'utf8')
    expect(rules.filter(({ alert }) => !page.includes(`\`${alert}\``)).map(({ alert }) => alert)).toEqual([])
  })
})

const leftOut = isLeftOut(
  'what promtool says of alerts and metrics',
  presenceOf('promtool', { debianPackage: 'prometheus', environment }),
)

describe.skipIf(leftOut)('promtool', () => {
  let scratch: string
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'holdfast-promtool-'))
  })
  afterAll(() => rm(scratch, { recursive: true, force: true }))

  it('takes every rule', async () => {
    const { all, exitCode } = await program('promtool', ['check', 'rules', '--lint-fatal', rulesFile], {
      cwd: directory,
    })
    expect([exitCode, all]).toEqual([0, expect.stringContaining(`${rules.length} rules found`)])
  })

  it('finds that each fires on its fault and on nothing else', async () => {
    const { all, exitCode } = await program('promtool', ['test', 'rules', testsFile], { cwd: directory })
    expect([exitCode, all]).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  it('finds out where a rule is not what it was', async () => {
    const text = await readFile(join(directory, rulesFile), 'utf8')
    await writeFile(join(scratch, rulesFile), text.replace('0.9 *', '9 *'))
    const own = tests.filter(({ name }) => name.startsWith('HoldfastStorageNearlyFull'))
    const few = { rule_files: [rulesFile], evaluation_interval: '10m', tests: own }
    await writeFile(join(scratch, testsFile), stringify(few))
    const { all, exitCode } = await program('promtool', ['test', 'rules', testsFile], { cwd: scratch })
    expect(exitCode).toBe(1)
    expect(all).toContain('HoldfastStorageNearlyFull')
  })

  it('finds nothing to say against the names of our metrics', async () => {
    const metrics = createMetrics({ now: () => new Date('2026-11-27T12:00:00Z') })
    const at = new Date('2026-11-27T11:00:00Z')
    const verdicts: Verdict[] = [
      { verifier: 'archive', storage: 'disk', proves: 'archive', status: 'passed', checks: [] },
    ]
    metrics.jobKnown({
      job: { name: 'a "strange" \\ näme', expectEveryMs: 1, storages: [{ name: 'disk' }], notifiers: [] },
      backups: [
        {
          copies: [
            {
              storage: 'disk',
              startedAt: at,
              verification: 'archive',
              verifiedAt: at,
              verdicts,
              suspect: false,
              accepted: false,
            },
          ],
        },
      ],
      reports: [],
    })
    metrics.nextRun({ job: 'shop', task: 'backup', at })
    metrics.storageChecked({ job: 'shop', storage: 'disk', status: { freeBytes: 1 } })
    metrics.verified({ job: 'shop', verdicts })
    const text = await metrics.text()
    const scope = { isGone: () => false, isCurrent: () => true, isUnread: () => false }
    for (const input of [text, continueText(text, text, scope)]) {
      expect(await program('promtool', ['check', 'metrics'], { input })).toEqual({ exitCode: 0, all: '' })
    }
  })
})
