import { describe, expect, test } from 'vitest'
import { calendarEvents } from './calendar-events.ts'
import { crontabFields } from './crontab-fields.ts'
import { readExpression } from './expression.ts'
import { inWords } from './words.ts'

describe('in the words of others', () => {
  test.for<[text: string, crontab: string | undefined, events: string[] | undefined]>([
    ['0 3 * * 0', '0 3 * * 0', ['Sun *-*-* 03:00:00 UTC']],
    ['0 3 * * 7', '0 3 * * 0', ['Sun *-*-* 03:00:00 UTC']],
    ['*/15 * * * *', '0,15,30,45 * * * *', ['*-*-* *:00,15,30,45:00 UTC']],
    [
      '0 9-17/2 * MAR-MAY MON-FRI',
      '0 9,11,13,15,17 * 3-5 1-5',
      ['Mon,Tue,Wed,Thu,Fri *-03,04,05-* 09,11,13,15,17:00:00 UTC'],
    ],
    ['0 3 1,15 * 0', '0 3 1,15 * 0', ['*-*-01,15 03:00:00 UTC', 'Sun *-*-* 03:00:00 UTC']],
    ['0 3 1-31 * 0', '0 3 1-31 * 0', ['*-*-* 03:00:00 UTC', 'Sun *-*-* 03:00:00 UTC']],
    ['0 0 3 * * *', '0 3 * * *', ['*-*-* 03:00:00 UTC']],
    ['*/20 * * * * *', undefined, ['*-*-* *:*:00,20,40 UTC']],
    ['@monthly', '0 0 1 * *', ['*-*-01 00:00:00 UTC']],
    ['0 3 L * *', undefined, undefined],
    ['0 3 * * FRI#2', undefined, undefined],
    ['0 3 15W * *', undefined, undefined],
    ['0 3 * JUL WED', '0 3 * 7 3', ['Wed *-07-* 03:00:00 UTC']],
  ])('%s', ([text, crontab, events]) => {
    const expression = readExpression(text)
    expect(crontabFields(expression)).toBe(crontab)
    expect(calendarEvents(expression)).toEqual(events)
  })

  test('five plain fields mean the same times', () => {
    const from = new Date('2026-11-27T00:00Z')
    for (const text of ['0 3 */2 * 0', '5-50/15 */6 * * *', '0 0 1-7 1,6 MON', '7 7 7 7 7', '0 3 * * 5-7']) {
      const written = readExpression(text)
      const plain = readExpression(crontabFields(written) ?? '')
      let [one, other]: (Date | undefined)[] = [from, from]
      for (let count = 0; count < 100; count++) {
        one = one && written.after(one)
        other = other && plain.after(other)
        expect({ text, at: other }).toEqual({ text, at: one })
      }
    }
  })
})

test.for([
  ['0 3 * * 0', 'At 03:00, only on Sunday'],
  ['@weekly', 'At 00:00, only on Sunday'],
  ['*/15 * * * *', 'Every 15 minutes'],
  ['0 3 L * *', 'At 03:00, on the last day of the month'],
])('%s reads: %s', ([text = '', words = '']) => {
  expect(inWords(readExpression(text))).toBe(words)
})
