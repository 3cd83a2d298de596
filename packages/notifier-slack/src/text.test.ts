import { expect, it } from 'vitest'
import { codeBlock, fitted, literal, prose } from './text.ts'

it.each([
  ['<!channel> & <@U012AB3CD>', '&lt;!channel&gt; &amp; &lt;@U012AB3CD&gt;'],
  ['tell @here, @Channel and @everyone', 'tell @\u2060here, @\u2060Channel and @\u2060everyone'],
  ['run `holdfast list`', 'run `holdfast list`'],
  ['user@host.example', 'user@host.example'],
])('prose makes %j harmless', (text, written) => {
  expect(prose(text)).toBe(written)
})

it.each([
  ['45 MB', '45 MB'],
  ['shop_full_20261122', '`shop_full_20261122`'],
  ['shop.order*', '`shop.order*`'],
  ['a `b` <c>', '`a \u02cbb\u02cb &lt;c&gt;`'],
])('a name %j stays as it is', (text, written) => {
  expect(literal(text)).toBe(written)
})

it('nothing ends a block of code but its end', () => {
  expect(codeBlock('a```\n<!channel>````b', 100).split('```')).toHaveLength(3)
  expect(codeBlock('x`y`', 100)).toBe('```\nx`y`\n```')
})

it.each([3, 5, 8, 9, 10, 11, 12])('what is cut at %i characters is whole', (limit) => {
  for (const text of ['a&amp;&amp;&amp;b', '😀😀😀😀😀😀', 'abc&lt;&lt;&gt;']) {
    const cut = fitted(text, limit)
    expect(cut.length).toBeLessThanOrEqual(limit)
    expect(cut.isWellFormed()).toBe(true)
    expect(cut).not.toMatch(/&(?!amp;|lt;|gt;)/)
  }
})
