// A verifier of your own: certain tables must hold at least so many rows.
import { definePlugin, OptionsError, worstStatus, type Check } from '@holdfast/plugin'

interface Options {
  /** The fewest rows, by table: `{ 'public.orders': 1 }`. */
  tables: Record<string, number>
}

export default definePlugin({
  kind: 'verifier',
  name: 'must-have',

  // Synchronous and without I/O: what is wrong here is refused before anything starts.
  parseOptions(input): Options {
    const { tables = {} } = (input ?? {}) as Partial<Options>
    const issues = Object.entries(tables)
      .filter(([, rows]) => !Number.isInteger(rows) || rows < 1)
      .map(([table]) => ({ path: ['tables', table], message: 'must be a whole number, 1 or more' }))
    if (issues.length > 0) throw new OptionsError(issues)
    return { tables }
  },

  create: ({ tables }) => ({
    proves: 'plausible',
    async verify({ manifest }) {
      const checks = Object.entries(tables).map(([name, fewest]): Check => {
        const table = manifest.tables.find((one) => `${one.schema}.${one.name}` === name)
        if (table === undefined) return { name, status: 'failed', detail: 'is not in the backup' }
        if (table.rows === undefined) return { name, status: 'skipped', detail: 'its rows were not counted' }
        const status = table.rows < fewest ? 'failed' : 'passed'
        return { name, status, detail: `${table.rows} rows, at least ${fewest} wanted` }
      })
      return { status: worstStatus(checks), checks }
    },
  }),
})
