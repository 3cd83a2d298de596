import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format, type FormatConfig } from 'oxfmt'
import { configurationPage } from './configuration-page.ts'
import { editorSchema } from './editor-schema.ts'
import { errorsPage } from './errors-page.ts'
import { metricsPage } from './metrics-page.ts'

interface Output {
  /** From the root of the checkout. */
  path: string
  text: string
}

/** Every file that is made from the source, formatted as the formatter wants it. */
async function outputs(root: string): Promise<Output[]> {
  const options = JSON.parse(await readFile(join(root, '.oxfmtrc.json'), 'utf8')) as FormatConfig
  const made = [
    {
      path: 'packages/core/schema/holdfast.config.schema.json',
      text: JSON.stringify(editorSchema(), undefined, 2),
    },
    { path: 'docs/configuration.md', text: configurationPage() },
    { path: 'docs/errors.md', text: errorsPage() },
    { path: 'docs/operations/metrics.md', text: metricsPage() },
  ]
  return Promise.all(
    made.map(async ({ path, text }) => ({ path, text: await formatted(path, text, options) })),
  )
}

/** The outputs that the checkout has differently, or not at all. */
export async function stale(root: string): Promise<Output[]> {
  const found = await Promise.all(
    (await outputs(root)).map(async (output) => ({
      output,
      isStale: (await readFile(join(root, output.path), 'utf8').catch(() => undefined)) !== output.text,
    })),
  )
  return found.filter(({ isStale }) => isStale).map(({ output }) => output)
}

async function formatted(path: string, text: string, options: FormatConfig): Promise<string> {
  const { code, errors } = await format(path, text, options)
  if (errors.length > 0) throw new Error(`${path} can't be formatted: ${errors[0]?.message}`)
  return code
}
