import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { createScreen, type ScreenStream } from './screen.ts'

function fixture(options: { isTTY: boolean; quiet?: boolean; environment?: NodeJS.ProcessEnv }) {
  let now = 0
  const stream: ScreenStream = Object.assign(new PassThrough(), { isTTY: options.isTTY, columns: 60 })
  const screen = createScreen(stream, options.environment ?? {}, {
    quiet: options.quiet ?? false,
    clock: () => now,
  })
  return {
    screen,
    wait: (milliseconds: number) => (now += milliseconds),
    shown: async () => {
      screen.rest()
      stream.end()
      return text(stream as unknown as PassThrough)
    },
  }
}

describe('where it is no terminal', () => {
  it('says what is done at a modest pace, in plain lines', async () => {
    const { screen, wait, shown } = fixture({ isTTY: false })
    for (let second = 0; second < 60; second += 1) {
      screen.show({ title: 'dump', fraction: second / 60, estimated: true, bytes: second * 1_000_000 })
      wait(1000)
    }
    screen.say('done')
    const lines = (await shown()).trimEnd().split('\n')
    expect(lines.length).toBe(12)
    expect(lines[1]).toBe('  dump       ~16 % (estimated), 10 MB, 1.0 MB/s, ~50 s left')
    expect(lines.join('')).not.toMatch(/\p{Cc}/u)
  })

  it('says nothing of what is soon over', async () => {
    const { screen, wait, shown } = fixture({ isTTY: false })
    screen.show({ title: 'preflight' })
    wait(4000)
    screen.show({ title: 'snapshot' })
    expect(await shown()).toBe('')
  })
})

describe('in a terminal', () => {
  it('keeps one line that changes, and leaves none behind', async () => {
    const { screen, wait, shown } = fixture({ isTTY: true })
    screen.show({ title: 'dump', fraction: 0.1 })
    wait(50)
    screen.show({ title: 'dump', fraction: 0.2 })
    wait(100)
    screen.show({ title: 'dump', fraction: 0.3 })
    screen.say('done')
    const output = await shown()
    expect(output).toContain('10 %')
    expect(output).not.toContain('20 %')
    expect(output).toContain('30 %')
    expect(output.endsWith('\u001B[1G\u001B[2Kdone\n')).toBe(true)
  })

  it('is plain where the terminal is dumb', async () => {
    const { screen, shown } = fixture({ isTTY: true, environment: { TERM: 'dumb' } })
    screen.show({ title: 'dump', fraction: 0.1 })
    expect(await shown()).toBe('')
  })
})

describe('quiet', () => {
  it('says only what is said', async () => {
    const { screen, shown } = fixture({ isTTY: true, quiet: true })
    screen.show({ title: 'dump', fraction: 0.1 })
    screen.say('something went wrong')
    expect(await shown()).toBe('something went wrong\n')
  })
})
