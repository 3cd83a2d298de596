import { expect, it } from 'vitest'
import { snippetsOf } from './snippets.ts'

it('finds every block with its language and heading', () => {
  const markdown = '# One\n\n```sh\na\nb\n```\n\n## Two\ntext\n```\nc\n```\n'
  expect(snippetsOf(markdown)).toEqual([
    { language: 'sh', heading: 'One', text: 'a\nb\n' },
    { language: '', heading: 'Two', text: 'c\n' },
  ])
})

it('refuses a block that is never closed', () => {
  expect(() => snippetsOf('# One\n```sh\na\n')).toThrow('the block under "One" is never closed')
})
