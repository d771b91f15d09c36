/**
 * Renders a configuration with given variables, as a plan would: variables converted and validated,
 * locals and resources evaluated, preconditions checked. The test provides the values that the service sets.
 */
import { evaluate, type Scope } from './evaluate.ts'
import type { Module } from './module.ts'
import { attributeOf, type Block } from './tree.ts'
import { convert } from './types.ts'
import { asObject, asText, keysOf, Reference, type Members, type Value } from './value.ts'

/** Attributes that the service sets, by address such as `oci_vault_secret.oic[0]`. */
export type Computed = (address: string, attribute: string) => Value

export interface Instance {
  readonly address: string
  readonly type: string
  readonly values: Members
}

export interface Rendered {
  readonly instances: readonly Instance[]
  readonly outputs: Members
  local(name: string): Value
  /** Messages of the validations and preconditions that do not hold. */
  readonly problems: readonly string[]
}

const META = new Set(['count', 'for_each', 'provider', 'depends_on'])

export function render(module: Module, given: Members, computed: Computed): Rendered {
  const problems: string[] = []
  const variables = readVariables(module, given, problems)
  // Terraform stops here as well.
  if (problems.length > 0) return { instances: [], outputs: {}, local: () => null, problems }
  const locals = new Map<string, Value>()
  const rendered = new Map<string, Instance>()

  const root: Scope = (name) => {
    if (name === 'var') {
      return new Reference((variable) => known(variables[variable], `var.${variable}`))
    }
    if (name === 'local') return new Reference(local)
    if (name === 'data') return new Reference((type) => resourcesOf(`data.${type}`))
    return name.startsWith('oci_') ? resourcesOf(name) : undefined
  }

  function local(name: string): Value {
    if (!locals.has(name)) {
      locals.set(name, evaluate(known(module.locals.get(name), `local.${name}`), root))
    }
    return locals.get(name) ?? null
  }

  function resourcesOf(type: string): Reference {
    return new Reference((name) => {
      const address = `${type}.${name}`
      const block = known(module.resources.get(address), address)
      const count = attributeOf(block, 'count')
      const forEach = attributeOf(block, 'for_each')
      const scopes = instanceScopes(block)
      if (count !== undefined)
        return scopes.map(([key, scope]) => refer(address, block, key, scope))
      if (forEach === undefined) return refer(address, block, '', root)
      return Object.fromEntries(
        scopes.map(([key, scope]) => [
          JSON.parse(key.slice(1, -1)) as string,
          refer(address, block, key, scope),
        ]),
      )
    })
  }

  function instanceScopes(block: Block): [string, Scope][] {
    const count = attributeOf(block, 'count')
    const forEach = attributeOf(block, 'for_each')
    if (count !== undefined) {
      return Array.from({ length: Number(evaluate(count, root)) }, (_, at) => [`[${at}]`, root])
    }
    if (forEach === undefined) return [['', root]]
    return pairs(evaluate(forEach, root)).map(([key, value]) => [
      `[${JSON.stringify(key)}]`,
      withName(root, 'each', { key, value }),
    ])
  }

  /** Attributes are evaluated when they are read: one instance may need another of its kind. */
  function refer(address: string, block: Block, key: string, scope: Scope): Reference {
    return new Reference((attribute) => {
      const expression = attributeOf(block, attribute)
      const isArgument = expression !== undefined && !META.has(attribute)
      return isArgument ? evaluate(expression, scope) : computed(address + key, attribute)
    })
  }

  for (const [address, block] of module.resources) {
    for (const [key, scope] of instanceScopes(block)) {
      problems.push(...brokenConditions(block, scope, `${address}${key}`))
      const type = block.labels[0] ?? ''
      const values = bodyValues(block, scope, true)
      rendered.set(address + key, { address: address + key, type, values })
    }
  }
  return {
    instances: [...rendered.values()],
    outputs: Object.fromEntries(
      [...module.outputs].map(([name, expression]) => [name, evaluate(expression, root)]),
    ),
    local,
    problems,
  }
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`there is no ${name}`)
  return value
}

function withName(scope: Scope, name: string, value: Value): Scope {
  return (requested) => (requested === name ? value : scope(requested))
}

function pairs(collection: Value): [string, Value][] {
  if (Array.isArray(collection)) {
    return collection.map((value) => [typeof value === 'string' ? value : '', value])
  }
  return keysOf(asObject(collection)).map((key) => [key, asObject(collection)[key] ?? null])
}

function readVariables(module: Module, given: Members, problems: string[]): Members {
  const unknown = Object.keys(given).filter((name) => !module.variables.has(name))
  problems.push(...unknown.map((name) => `there is no variable ${name}`))
  const variables: Members = {}
  for (const [name, block] of module.variables) {
    const fallback = attributeOf(block, 'default')
    const value = given[name] ?? (fallback && evaluate(fallback, () => undefined))
    if (value === undefined) problems.push(`variable ${name} is required`)
    try {
      variables[name] = convert(value ?? null, known(attributeOf(block, 'type'), `type of ${name}`))
    } catch (error) {
      problems.push(`variable ${name}: ${(error as Error).message}`)
      continue
    }
    const scope = withName(() => undefined, 'var', { [name]: variables[name] ?? null })
    problems.push(...brokenRules(block, 'validation', scope, `variable ${name}`))
  }
  return variables
}

function brokenConditions(block: Block, scope: Scope, address: string): string[] {
  return block.blocks
    .filter(({ type }) => type === 'lifecycle')
    .flatMap((lifecycle) => brokenRules(lifecycle, 'precondition', scope, address))
}

function brokenRules(block: Block, type: string, scope: Scope, subject: string): string[] {
  return block.blocks
    .filter((rule) => rule.type === type)
    .filter((rule) => evaluate(known(attributeOf(rule, 'condition'), 'condition'), scope) !== true)
    .map((rule) => {
      const message = known(attributeOf(rule, 'error_message'), 'error_message')
      return `${subject}: ${asText(evaluate(message, scope))}`
    })
}

/** Attributes as they are, nested blocks as lists, `dynamic` ones written out. */
function bodyValues(block: Block, scope: Scope, isResource = false): Members {
  const values: Members = {}
  for (const { name, expression } of block.attributes) {
    if (!isResource || !META.has(name)) values[name] = evaluate(expression, scope)
  }
  for (const nested of block.blocks) {
    if (isResource && nested.type === 'lifecycle') continue
    const [name, contents] =
      nested.type === 'dynamic'
        ? writeOut(nested, scope)
        : [nested.type, [bodyValues(nested, scope)]]
    if (contents.length > 0) values[name] = [...((values[name] ?? []) as Value[]), ...contents]
  }
  return values
}

function writeOut(dynamic: Block, scope: Scope): [string, Members[]] {
  const [name = ''] = dynamic.labels
  const content = known(
    dynamic.blocks.find(({ type }) => type === 'content'),
    `content of ${name}`,
  )
  const collection = evaluate(known(attributeOf(dynamic, 'for_each'), 'for_each'), scope)
  return [
    name,
    pairs(collection).map(([key, value]) =>
      bodyValues(content, withName(scope, name, { key, value })),
    ),
  ]
}
