// Who may import whom: the row whose pattern fits a package's name holds for it, and a package in packages/
// that no row fits is refused. `ours` is what its source may import of Holdfast; `alone` forbids everything
// from outside but node: as well.
export interface Rule {
  readonly name: RegExp
  readonly ours: RegExp
  readonly alone?: true
  readonly allowed: string
}

export const rules: readonly Rule[] = [
  { name: /^@holdfast\/plugin$/, ours: /^$/, alone: true, allowed: 'nothing but itself and node:' },
  {
    name: /^@holdfast\/(core|postgres|schedule|testkit|message|metrics|http-delivery|storage-.+)$/,
    ours: /^@holdfast\/plugin$/,
    allowed: 'only @holdfast/plugin',
  },
  {
    name: /^@holdfast\/notifier-.+$/,
    ours: /^@holdfast\/(plugin|message|http-delivery)$/,
    allowed: 'only @holdfast/plugin, @holdfast/message and @holdfast/http-delivery',
  },
  {
    name: /^@holdfast\/verifier-.+$/,
    ours: /^@holdfast\/(plugin|postgres)$/,
    allowed: 'only @holdfast/plugin and @holdfast/postgres',
  },
]

// Apps meet every package. They are published too, so tooling is not for them.
export const appRule: Rule = {
  name: /./,
  ours: /^@holdfast\/(core|plugin|postgres|schedule|message|metrics|testkit|(storage|notifier|verifier)-.+)$/,
  allowed: 'only published packages, and no other app',
}

export const toolingRule: Rule = { name: /./, ours: /^@holdfast\//, allowed: 'every package, but no app' }

// What tests may import on top of their package's rule, as development dependencies.
export const forTests: RegExp = /^@holdfast\/(lab|testkit)$/

// What a build needs and nothing imports.
export const forBuilds = '@holdfast/tsconfig'
