import { join } from 'node:path'
import { execa } from 'execa'

/** Runs SQL through psql and returns what it printed, unaligned and without headings. Any SQL error rejects. */
export async function runPsql(
  binDirectory: string,
  connection: Readonly<Record<string, string>>,
  sql: string,
): Promise<string> {
  const options = ['-X', '-q', '-A', '-t', '--no-password', '-v', 'ON_ERROR_STOP=1']
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'))
  const { stdout } = await execa(join(binDirectory, 'psql'), options, {
    input: sql,
    extendEnv: false,
    env: { ...Object.fromEntries(inherited), ...connection },
  })
  return stdout
}
