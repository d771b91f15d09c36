/** Compares Resource Manager's form, `schema.yaml`, with the variables of the stack. */
import type { Module } from './hcl/module.ts'
import { evaluate } from './hcl/evaluate.ts'
import { isSame } from './hcl/functions.ts'
import { attributeOf, isTree, required, walk, type Block } from './hcl/tree.ts'
import { kindOf } from './hcl/types.ts'
import type { Value } from './hcl/value.ts'

interface FormVariable {
  readonly type: string
  readonly title?: string
  readonly description?: string
  readonly required?: boolean
  readonly default?: Value
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly visible?: unknown
  readonly dependsOn?: Readonly<Record<string, string>>
}

export interface Form {
  readonly schemaVersion: string
  readonly variables: Readonly<Record<string, FormVariable>>
  readonly variableGroups: readonly { title: string; variables: readonly string[] }[]
  readonly outputs: Readonly<Record<string, unknown>>
}

/** The form has no maps: they are hidden, and a text variable with JSON replaces each. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  string: ['string', 'text', 'enum'],
  number: ['number', 'integer'],
  bool: ['boolean'],
  list: ['array'],
  map: ['text'],
}

export function checkForm(form: Form, module: Module): string[] {
  const grouped = form.variableGroups.flatMap(({ variables }) => variables)
  return [
    ...[...module.variables].flatMap(([name, block]) => checkVariable(name, block, form)),
    ...Object.keys(form.variables)
      .filter((name) => !module.variables.has(name))
      .map((name) => `schema.yaml: there is no variable ${name}`),
    ...[...module.variables.keys()]
      .filter((name) => grouped.filter((each) => each === name).length !== 1)
      .map((name) => `schema.yaml: ${name} is not in one group`),
    ...grouped
      .filter((name) => !module.variables.has(name))
      .map((name) => `schema.yaml: a group names ${name}, which is no variable`),
    ...Object.entries(form.variables).flatMap(([name, { visible, dependsOn }]) =>
      [...namesIn(visible), ...Object.values(dependsOn ?? {})]
        .filter((other) => !module.variables.has(other))
        .map((other) => `schema.yaml: ${name} depends on ${other}, which is no variable`),
    ),
    ...Object.keys(form.outputs)
      .filter((name) => !module.outputs.has(name))
      .map((name) => `schema.yaml: there is no output ${name}`),
  ]
}

function checkVariable(name: string, block: Block, { variables }: Form): string[] {
  const shown = variables[name]
  if (shown === undefined) return [`schema.yaml: lacks the variable ${name}`]
  const problems: string[] = []
  const kind = kindOf(required(attributeOf(block, 'type')))
  const fits = KINDS[kind]?.includes(shown.type) ?? false
  if (!fits && !(kind === 'string' && shown.type.startsWith('oci:'))) {
    problems.push(`schema.yaml: ${name} is a ${kind}, not ${shown.type}`)
  }
  const fallback = attributeOf(block, 'default')
  if ((shown.required ?? false) !== (fallback === undefined)) {
    problems.push(`schema.yaml: ${name} is ${fallback === undefined ? '' : 'not '}required`)
  }
  const value = fallback && evaluate(fallback, () => undefined)
  // As text, which Terraform reads as an expression if it is in an environment variable.
  const expected = kind === 'map' ? JSON.stringify(value) : (value ?? null)
  if (shown.default !== undefined && !isSame(shown.default, expected)) {
    problems.push(`schema.yaml: ${name} has another default`)
  }
  const description = attributeOf(block, 'description')
  if (description === undefined || shown.description !== evaluate(description, () => undefined)) {
    problems.push(`schema.yaml: ${name} has another description`)
  }
  if (shown.type === 'enum' && !isSame([...(shown.enum ?? [])], choices(block))) {
    problems.push(`schema.yaml: ${name} has other choices`)
  }
  if (kind === 'map' && shown.visible !== false) problems.push(`schema.yaml: ${name} is shown`)
  return problems
}

/** The list in `contains([…], var.name)` of the validation. */
function choices(block: Block): Value {
  const conditions = block.blocks.flatMap((rule) => attributeOf(rule, 'condition') ?? [])
  const list = conditions.flatMap((each) => [...walk(each)]).find((node) => isTree(node, 'tuple'))
  return list === undefined ? [] : evaluate(list, () => undefined)
}

/** Variables that a condition of `visible` names: single names, and the first of a comparison. */
function namesIn(condition: unknown): string[] {
  if (typeof condition === 'string') return [condition]
  if (typeof condition !== 'object' || condition === null) return []
  return Object.entries(condition as Record<string, unknown[]>).flatMap(([operator, operands]) =>
    operator === 'eq' ? [String(operands[0])] : operands.flatMap(namesIn),
  )
}
