import { errorCodes, exitCodes } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { exitCodeFor } from './actions/backup.ts'
import { worstExitCode, worstFirst } from './exit-codes.ts'
import { goodReport } from './render/report.test.data.ts'

describe('worstExitCode', () => {
  it('is that of the job that went worst, not of the highest number', () => {
    expect(worstExitCode([0, 6, 3, 7])).toBe(3)
    expect(worstExitCode([6, 5, 0])).toBe(5)
    expect(worstExitCode([3, 143])).toBe(143)
    expect(worstExitCode([6, 7])).toBe(7)
    expect(worstExitCode([0, 0])).toBe(0)
    expect(worstExitCode([])).toBe(0)
  })

  it('knows every documented code, and every error code has one of them', () => {
    const documented = exitCodes.map(({ code }) => code)
    expect(worstFirst.toSorted((a, b) => a - b)).toEqual(documented)
    for (const { exitCode } of Object.values(errorCodes)) expect(documented).toContain(exitCode)
  })
})

describe('exitCodeFor', () => {
  it.each([
    ['succeeded', undefined, 0],
    ['partial', undefined, 6],
    ['suspect', 'VERIFY_SUSPECT', 5],
    ['failed', 'DATABASE_UNREACHABLE', 3],
    ['failed', 'STORAGE_FULL', 4],
    ['failed', 'RUN_LOCKED', 7],
    ['failed', 'ACME_OF_A_PLUGIN', 1],
    ['cancelled', 'RUN_INTERRUPTED', 130],
    ['cancelled', 'RUN_TERMINATED', 143],
  ] as const)('of a run that ended %s with %s is %i', (status, code, expected) => {
    const error = code === undefined ? {} : { error: { code, message: 'x' } }
    expect(exitCodeFor({ ...goodReport, status, ...error })).toBe(expected)
  })
})
