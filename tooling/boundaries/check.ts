import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { specifiers } from './imports.ts'
import { appRule, forBuilds, forTests, type Rule, rules, toolingRule } from './rules.ts'

interface Manifest {
  readonly name: string
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
}

interface Room {
  readonly directory: string
  readonly manifest: Manifest
  readonly rule: Rule
}

// The violations of a checkout, one sentence each; none means that everybody keeps to their room.
export function violations(root: string): string[] {
  const apps = new Set(manifests(root, 'apps').map(({ manifest }) => manifest.name))
  const found: string[] = []
  for (const area of ['packages', 'apps', 'tooling']) {
    for (const { directory, manifest } of manifests(root, area)) {
      const rule = ruleFor(area, manifest.name)
      if (!rule)
        found.push(`${directory}: no rule fits ${manifest.name}; add a row to tooling/boundaries/rules.ts`)
      else found.push(...inspect(root, { directory, manifest, rule }, apps))
    }
  }
  return found
}

function manifests(root: string, area: string): { directory: string; manifest: Manifest }[] {
  return globSync(`${area}/*/package.json`, { cwd: root })
    .toSorted()
    .map((path) => ({
      directory: dirname(path),
      manifest: JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest,
    }))
}

function ruleFor(area: string, name: string): Rule | undefined {
  if (area === 'apps') return appRule
  if (area === 'tooling') return toolingRule
  return rules.find((rule) => rule.name.test(name))
}

function inspect(root: string, room: Room, apps: ReadonlySet<string>): string[] {
  const found: string[] = []
  const { directory, manifest, rule } = room
  const refuse = (where: string, what: string): void => {
    found.push(`${where} ${what}; ${manifest.name} may import ${rule.allowed}`)
  }

  const own = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies }
  for (const name of Object.keys(own)) {
    if (!allowed(room, apps, name, false)) refuse(`${directory}/package.json`, `depends on ${name}`)
  }
  for (const name of Object.keys(manifest.devDependencies ?? {})) {
    if (name === forBuilds || allowed(room, apps, name, true)) continue
    refuse(`${directory}/package.json`, `depends on ${name} for development`)
  }

  for (const file of globSync(`${directory}/**/*.{ts,mts,js,mjs}`, { cwd: root, exclude: outside })) {
    const inTest = isTest(file)
    for (const specifier of specifiers(file, readFileSync(join(root, file), 'utf8'))) {
      if (specifier.startsWith('.')) {
        const target = relative(join(root, directory), resolve(root, dirname(file), specifier))
        if (target.startsWith('..')) refuse(file, `leaves its package with ${specifier}`)
      } else if (!allowed(room, apps, packageName(specifier), inTest)) {
        refuse(file, `imports ${specifier}`)
      }
    }
  }
  return found
}

// dist is made from what is checked here, and bin is an app's launcher for a checkout, which is never published.
function outside(path: string): boolean {
  return /(^|\/)(node_modules|dist|bin)$/.test(path)
}

// A test, or what tests share: `report.test.data.ts`. Neither is in a published package.
function isTest(file: string): boolean {
  return /\.test\.(\w+\.)?ts$/.test(file)
}

function allowed(
  { manifest, rule }: Room,
  apps: ReadonlySet<string>,
  name: string,
  inTest: boolean,
): boolean {
  if (name.startsWith('node:') || name === manifest.name) return true
  if (apps.has(name)) return false
  if (inTest && forTests.test(name)) return true
  if (name.startsWith('@holdfast/')) return rule.ours.test(name)
  return inTest || !rule.alone
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
