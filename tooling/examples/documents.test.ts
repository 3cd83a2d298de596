import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { snippetsOf } from './snippets.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const pages = globSync(['*.md', '{docs,examples}/**/*.md', '{packages,apps}/*/README.md'], { cwd: root })

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

describe.each(pages)('%s', (page) => {
  it('links to files that are there', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(
      ([, link]) => link ?? '',
    )
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
  })

  it('closes every block', () => {
    expect(() => snippetsOf(read(page))).not.toThrow()
  })
})

it.each(['must-have.ts', 'ping.ts', 'holdfast.config.yaml'])('docs/plugins.md shows %s as it is', (file) => {
  const texts = snippetsOf(read('docs/plugins.md')).map(({ text }) => text)
  expect(texts).toContain(read(`examples/custom-plugins/${file}`))
})

it.each(['docs/plugins.md', 'packages/testkit/README.md'])('%s shows how the testkit is joined', (page) => {
  const texts = snippetsOf(read(page)).map(({ text }) => text)
  expect(texts).toContain(read('packages/testkit/src/joining.test.ts'))
})

it('docs/plugins.md shows how a notifier joins the testkit', () => {
  const texts = snippetsOf(read('docs/plugins.md')).map(({ text }) => text)
  expect(texts).toContain(read('packages/testkit/src/joining-notifier.test.ts'))
})

it('docs/decisions/README.md lists every decision', () => {
  const decisions = globSync('docs/decisions/[0-9]*.md', { cwd: root }).map((path) => basename(path))
  expect(decisions.filter((name) => !read('docs/decisions/README.md').includes(`(${name})`))).toEqual([])
})

it('README.md names every package and app', () => {
  const names = globSync('{packages,apps}/*/package.json', { cwd: root }).map(
    (path) => (JSON.parse(read(path)) as { name: string }).name,
  )
  expect(names.filter((name) => !read('README.md').includes(`\`${name}\``))).toEqual([])
})

it('README.md names the command that CI runs', () => {
  const [, command = ''] = /^(npm \w+)/m.exec(read('.ci/run')) ?? []
  expect(command).toBe('npm test')
  expect(snippetsOf(read('README.md')).some(({ text }) => text.split('\n').includes(command))).toBe(true)
})
