import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'

/** What is wrong with a path for node_exporter's textfile collector; undefined where a file can be written there. */
export async function textfileProblem(path: string): Promise<string | undefined> {
  if (extname(path) !== '.prom') return 'its name must end in .prom, or node_exporter does not read it'
  const directory = dirname(path)
  try {
    if (!(await stat(directory)).isDirectory()) return `${directory} is not a directory`
    await access(directory, constants.W_OK | constants.X_OK)
  } catch (error) {
    return `${directory} can not be written to: ${(error as NodeJS.ErrnoException).code}`
  }
  return undefined
}

/**
 * Puts a text in the place of the one before, whole and readable by everyone: node_exporter runs as another user, and
 * reads at any moment.
 *
 * @param compose makes the text of the one before, which is empty where there is none
 */
export async function writeTextfile(path: string, compose: (previous: string) => string): Promise<void> {
  // Not .prom at its end, so that nobody reads it.
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`)
  try {
    const text = compose(await readPrevious(path))
    const file = await open(temporary, 'wx', 0o644)
    try {
      await file.writeFile(text)
      await file.chmod(0o644)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function readPrevious(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
