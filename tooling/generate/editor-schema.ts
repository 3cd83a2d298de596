import { configJsonSchema } from '@holdfast/core'
import type { Plugin, PluginKind } from '@holdfast/plugin'
import { isObject, objectAt, type JsonObject } from './json.ts'
import { packageNameOf, publishedPlugins } from './plugins.ts'

/** The schema that editors check a configuration against: the same validators, and the options of every plugin. */
export function editorSchema(): JsonObject {
  const schema = tidied(structuredClone(configJsonSchema())) as JsonObject
  const job = objectAt(schema, 'properties', 'jobs', 'additionalProperties')
  for (const kind of ['storage', 'verifier', 'notifier'] as const) {
    const plugins = publishedPlugins.filter((plugin) => plugin.kind === kind)
    if (plugins.length > 0) addOptions(objectAt(job, 'properties', `${kind}s`, 'items'), kind, plugins)
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Holdfast configuration',
    ...(withVariables(withoutDialect(schema)) as JsonObject),
  }
}

function addOptions(item: JsonObject, kind: PluginKind, plugins: readonly Plugin[]): void {
  const use = objectAt(item, 'properties', 'use')
  use['examples'] = plugins.map(({ name }) => name)
  item['allOf'] = plugins.map((plugin) => {
    const options = tidied(optionsSchemaOf(plugin)) as JsonObject
    const required = variantsOf(options).every(
      (variant) => Array.isArray(variant['required']) && variant['required'].length > 0,
    )
    return {
      if: {
        properties: { use: { enum: [plugin.name, packageNameOf({ kind, name: plugin.name })] } },
        required: ['use'],
      },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { properties: { options }, ...(required && { required: ['options'] }) },
    }
  })
}

/** The schema of a plugin's options; every published plugin has one. */
export function optionsSchemaOf(plugin: Plugin): JsonObject {
  const schema = plugin.optionsSchema?.()
  if (schema === undefined) throw new Error(`${packageNameOf(plugin)} has no optionsSchema`)
  return withoutDialect(schema)
}

/** The sets of options that a plugin takes: one, or several of which one is chosen. */
export function variantsOf(schema: JsonObject): JsonObject[] {
  return Array.isArray(schema['oneOf']) ? schema['oneOf'].filter(isObject) : [schema]
}

function withoutDialect(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'))
}

// What any whole number is limited to is not worth telling.
function tidied(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(tidied)
  if (!isObject(node)) return node
  const limits = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]
  return Object.fromEntries(
    Object.entries(node)
      .filter(([, value]) => !limits.includes(value as number))
      .map(([key, value]) => [key, tidied(value)]),
  )
}

const variable = { type: 'string', pattern: String.raw`\$\{.+\}` }

/** Whatever is no free text may also be a variable: `days: ${DAYS}`. */
function withVariables(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withVariables)
  if (!isObject(node)) return node
  const { if: condition, ...rest } = node
  const inner = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withVariables(value)]))
  const own = condition === undefined ? inner : { if: condition, ...inner }
  const isFixed =
    ['number', 'integer', 'boolean'].includes(String(node['type'])) || Array.isArray(node['enum'])
  if (!isFixed || 'const' in node) return own
  const { description, default: fallback, ...bare } = own as JsonObject
  return {
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    anyOf: [bare, variable],
  }
}
