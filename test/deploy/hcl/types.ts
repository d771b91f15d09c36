/** Type constraints of variables: conversion of a given value, with `optional(…, default)`. */
import { evaluate } from './evaluate.ts'
import { nameOf, required, trees, type Node, type Tree } from './tree.ts'
import { asList, asObject, asText, type Value } from './value.ts'

export function convert(value: Value, type: Node): Value {
  if (!('rule' in type)) throw new Error('no type')
  if (type.rule === 'expr_term') return convert(value, required(type.children[0]))
  if (type.rule === 'identifier') return convertPrimitive(value, nameOf(type))
  if (type.rule !== 'function_call') throw new Error(`line ${type.line}: no type`)
  const [name, list] = trees(type.children)
  const [first] = trees(required(list).children)
  switch (nameOf(required(name))) {
    case 'list':
      return asList(value).map((each) => convert(each, required(first)))
    case 'map':
      return Object.fromEntries(
        Object.entries(asObject(value)).map(([key, each]) => [key, convert(each, required(first))]),
      )
    case 'object':
      return convertObject(value, required(trees(required(first).children)[0]))
    default:
      throw new Error(`line ${type.line}: type ${nameOf(required(name))} is not known here`)
  }
}

/** The name of the constraint: `string`, `number`, `bool`, `list`, `map`, `object`. */
export function kindOf(type: Node): string {
  if (!('rule' in type)) return ''
  const [first] = trees(type.children)
  if (type.rule === 'identifier') return nameOf(type)
  return first === undefined ? '' : kindOf(first)
}

function convertPrimitive(value: Value, type: string): Value {
  if (value === null) return null
  switch (type) {
    case 'string':
      if (['string', 'number', 'boolean'].includes(typeof value)) return asText(value)
      break
    case 'number': {
      const number = typeof value === 'string' && value !== '' ? Number(value) : value
      if (typeof number === 'number' && !Number.isNaN(number)) return number
      break
    }
    case 'bool':
      if (typeof value === 'boolean') return value
      if (value === 'true' || value === 'false') return value === 'true'
  }
  throw new Error(`${type} required`)
}

function convertObject(value: Value, shape: Tree): Value {
  const given = asObject(value)
  const members = trees(shape.children).map(({ children: [key, , type] }) => {
    const name = nameOf(required(key))
    const optional = optionalArguments(required(type))
    const member = Object.hasOwn(given, name) ? (given[name] ?? null) : undefined
    if (member !== undefined && member !== null) {
      return [name, convert(member, optional?.[0] ?? required(type))] as const
    }
    if (optional === undefined) throw new Error(`attribute ${name} is required`)
    const fallback = optional[1]
    return [name, fallback === undefined ? null : evaluate(fallback, () => undefined)] as const
  })
  const known = members.map(([name]) => name)
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`attribute ${unknown} is not expected`)
  return Object.fromEntries(members)
}

function optionalArguments(type: Node): Tree[] | undefined {
  if (!('rule' in type)) return undefined
  const call = type.rule === 'expr_term' ? required(trees(type.children)[0]) : type
  const [name, list] = trees(call.children)
  return call.rule === 'function_call' && nameOf(required(name)) === 'optional'
    ? trees(required(list).children)
    : undefined
}
