import { expect, it } from 'vitest'
import { markup } from './html.ts'

it('escapes every value but what it has made itself', () => {
  const inner = markup`<b title="${'"\''}">${'<script>&'}</b>`
  expect(markup`<p>${inner}${[inner, inner]}${3}</p>`.html).toBe(
    `<p>${'<b title="&quot;&#39;">&lt;script&gt;&amp;</b>'.repeat(3)}3</p>`,
  )
})
