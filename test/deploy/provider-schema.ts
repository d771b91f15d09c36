/** Checks blocks against the provider's schema: names, required attributes, types, references. */
import type { Module } from './hcl/module.ts'
import { isTree, pathOf, walk, type Block, type Node } from './hcl/tree.ts'
import { asObject, Reference, type Value } from './hcl/value.ts'

interface AttributeSchema {
  readonly required: boolean
  readonly type: Type
}
export type BlockSchema = Readonly<Record<string, AttributeSchema>>
export type Type = string | readonly ['list' | 'map', Type] | BlockSchema

interface ResourceSchema {
  readonly arguments: BlockSchema
  /** Attributes that can be read only. */
  readonly attributes: readonly string[]
}

export interface ProviderSchema {
  readonly resources: Readonly<Record<string, ResourceSchema>>
  readonly data: Readonly<Record<string, ResourceSchema>>
}

const META_ARGUMENTS = ['count', 'for_each', 'provider', 'depends_on']

export function checkModule(module: Module, schema: ProviderSchema): string[] {
  return [
    ...[...module.resources].flatMap(([address, block]) => {
      const found = schemaOf(address, schema)
      return found === undefined
        ? [`${address}: the provider has no such type`]
        : checkBlock(block, found.arguments, address, META_ARGUMENTS)
    }),
    ...checkReferences(module, schema),
  ]
}

export function schemaOf(address: string, schema: ProviderSchema): ResourceSchema | undefined {
  const [first = '', second = ''] = address.split('.')
  return first === 'data' ? schema.data[second] : schema.resources[first]
}

function checkBlock(
  block: Block,
  schema: BlockSchema,
  where: string,
  metaArguments: readonly string[] = [],
): string[] {
  const problems: string[] = []
  const present = new Set<string>()
  for (const { name, expression } of block.attributes) {
    present.add(name)
    const known = schema[name]
    if (known === undefined) {
      if (!metaArguments.includes(name)) problems.push(`${where}.${name}: no such attribute`)
    } else if (nestedSchema(known.type) !== undefined) {
      problems.push(`${where}.${name}: a block, not an attribute`)
    } else {
      problems.push(...checkLiteral(expression, known.type, `${where}.${name}`))
    }
  }
  for (const nested of block.blocks) {
    if (metaArguments.length > 0 && nested.type === 'lifecycle') {
      problems.push(...checkLifecycle(nested, schema, where))
      continue
    }
    const isDynamic = nested.type === 'dynamic'
    const name = isDynamic ? (nested.labels[0] ?? '') : nested.type
    const content = isDynamic ? nested.blocks.find(({ type }) => type === 'content') : nested
    present.add(name)
    const inner = schema[name] && nestedSchema(schema[name].type)
    if (inner === undefined) problems.push(`${where}.${name}: no such block`)
    else if (content === undefined) problems.push(`${where}.${name}: no content`)
    else problems.push(...checkBlock(content, inner, `${where}.${name}`))
  }
  const missing = Object.keys(schema).filter(
    (name) => schema[name]?.required === true && !present.has(name),
  )
  return [...problems, ...missing.map((name) => `${where}.${name}: required and missing`)]
}

export function nestedSchema(type: Type): BlockSchema | undefined {
  if (typeof type === 'string') return undefined
  if (isCollection(type)) return type[0] === 'list' ? nestedSchema(type[1]) : undefined
  return type
}

function isCollection(type: Type): type is readonly ['list' | 'map', Type] {
  return Array.isArray(type)
}

function checkLifecycle({ attributes }: Block, schema: BlockSchema, where: string): string[] {
  return attributes
    .filter(({ name }) => name === 'ignore_changes')
    .flatMap(({ expression }) => [...walk(expression)].map(pathOf))
    .filter((path) => path !== undefined && schema[path[0] ?? ''] === undefined)
    .map((path) => `${where}.lifecycle: no attribute ${path?.join('.') ?? ''}`)
}

/** A literal shows its type before anything is evaluated. */
function checkLiteral(expression: Node, type: Type, where: string): string[] {
  const [first] = isTree(expression, 'expr_term') ? expression.children : []
  if (!isTree(first)) return []
  const kind = {
    string: 'string',
    int_lit: 'number',
    float_lit: 'number',
    tuple: 'list',
    object: 'map',
  }[first.rule]
  const isBoolean =
    first.rule === 'literal_value' &&
    first.children.some((each) => 'value' in each && each.value !== 'null')
  const actual = isBoolean ? 'bool' : kind
  const expected = isCollection(type) ? type[0] : typeof type === 'string' ? type : 'block'
  const fits =
    actual === undefined ||
    expected === actual ||
    expected === 'any' ||
    (expected === 'string' && actual === 'number')
  return fits ? [] : [`${where}: ${expected} required, not ${actual}`]
}

/** Types of values that were evaluated. */
export function checkValues(value: Value, schema: BlockSchema, where: string): string[] {
  return Object.entries(asObject(value)).flatMap(([name, each]) => {
    const type = schema[name]?.type
    return type === undefined ? [] : checkValue(each, type, `${where}.${name}`)
  })
}

function checkValue(value: Value, type: Type, where: string): string[] {
  if (value === null || type === 'any' || value instanceof Reference) return []
  if (typeof type === 'string') {
    const isFit =
      typeof value === (type === 'bool' ? 'boolean' : type) ||
      (type === 'string' && ['number', 'boolean'].includes(typeof value))
    return isFit ? [] : [`${where}: ${type} required`]
  }
  if (!isCollection(type)) {
    const blocks = Array.isArray(value) ? value : [value]
    return blocks.length > 1
      ? [`${where}: one block at most`]
      : blocks.flatMap((block) => checkValues(block, type, where))
  }
  if (type[0] === 'list') {
    return Array.isArray(value)
      ? value.flatMap((each) => checkValue(each, type[1], where))
      : [`${where}: list required`]
  }
  return typeof value !== 'object' || Array.isArray(value)
    ? [`${where}: map required`]
    : Object.entries(value).flatMap(([name, each]) => checkValue(each, type[1], `${where}.${name}`))
}

/** Each `var.x`, `local.x` and `oci_x.name.attribute` has to be there. */
function checkReferences(module: Module, schema: ProviderSchema): string[] {
  const problems = new Set<string>()
  const look = (expression: Node) => {
    for (const node of walk(expression)) {
      const path = isTree(node, 'get_attr_expr_term') ? pathOf(node) : undefined
      if (path !== undefined && !isKnown(path, module, schema)) {
        problems.add(`line ${node.line}: there is no ${path.join('.')}`)
      }
    }
  }
  const visit = ({ attributes, blocks }: Pick<Block, 'attributes' | 'blocks'>) => {
    for (const { expression } of attributes) look(expression)
    blocks.forEach(visit)
  }
  for (const file of module.files.values()) visit(file)
  return [...problems]
}

function isKnown([root = '', ...path]: string[], module: Module, schema: ProviderSchema): boolean {
  if (root === 'var') return module.variables.has(path[0] ?? '')
  if (root === 'local') return module.locals.has(path[0] ?? '')
  const isData = root === 'data'
  if (!isData && !root.startsWith('oci_')) return true
  const address = isData ? ['data', path[0], path[1]].join('.') : [root, path[0]].join('.')
  if (path.length < (isData ? 2 : 1)) return true
  if (!module.resources.has(address)) return false
  const attribute = path[isData ? 2 : 1]
  const found = schemaOf(address, schema)
  return (
    attribute === undefined ||
    found === undefined ||
    attribute === 'id' ||
    attribute in found.arguments ||
    found.attributes.includes(attribute)
  )
}
