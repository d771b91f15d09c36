/** Evaluates HCL expressions: the part of the language that the stack uses, and an error for the rest. */
import { FUNCTIONS, isSame } from './functions.ts'
import { isToken, isTree, nameOf, textOf, trees, type Node, type Tree } from './tree.ts'
import { asList, asObject, asText, keysOf, memberOf, type Members, type Value } from './value.ts'

/** Looks a root name up: `var`, `local`, `each`, a variable of a `for`. */
export type Scope = (name: string) => Value | undefined

export function evaluate(node: Node, scope: Scope): Value {
  if (!isTree(node)) throw unsupported(node)
  const { children } = node
  const inner = trees(children)
  const [first, second, third] = inner
  switch (node.rule) {
    case 'expr_term':
      return evaluate(only(first), scope)
    case 'conditional':
      return evaluate(only(evaluate(only(first), scope) === true ? second : third), scope)
    case 'binary_op':
      return binary(only(first), only(second), scope)
    case 'unary_op': {
      const operand = evaluate(only(first), scope)
      return isToken(children[0], '!') ? operand !== true : -Number(operand)
    }
    case 'identifier': {
      const value = scope(nameOf(node))
      if (value === undefined) throw new Error(`line ${node.line}: unknown name ${nameOf(node)}`)
      return value
    }
    case 'literal_value':
      return JSON.parse(nameOf(node)) as Value
    case 'int_lit':
    case 'float_lit':
      return Number(nameOf(node))
    case 'string':
      return string(node, scope)
    case 'tuple':
      return inner.map((element) => evaluate(element, scope))
    case 'object':
      return Object.fromEntries(
        inner.map(({ children: [key, , value] }) => [
          objectKey(only(key) as Tree, scope),
          evaluate(only(value), scope),
        ]),
      )
    case 'function_call':
      return call(node, scope)
    case 'get_attr_expr_term':
      return memberOf(evaluate(only(first), scope), nameOf(only(second)).replace(/^\./, ''))
    case 'index_expr_term':
      return memberOf(evaluate(only(first), scope), index(only(second), scope))
    case 'full_splat_expr_term':
      return asList(evaluate(only(first), scope)).map((element) =>
        trees(only(second).children).reduce(
          (value, step) => memberOf(value, nameOf(step).replace(/^\./, '')),
          element,
        ),
      )
    case 'for_tuple_expr':
      return entries(node, scope).map((each) => evaluate(only(each.results[0]), each.scope))
    case 'for_object_expr':
      return Object.fromEntries(
        entries(node, scope).map((each) => [
          asText(evaluate(only(each.results[0]), each.scope)),
          evaluate(only(each.results[1]), each.scope),
        ]),
      )
    default:
      throw unsupported(node)
  }
}

function only<T extends Node>(node: T | undefined): T {
  if (node === undefined) throw new Error('an expression is incomplete')
  return node
}

function unsupported(node: Node): Error {
  return new Error(
    `line ${node.line}: ${'rule' in node ? node.rule : node.token} is not evaluated here`,
  )
}

function binary(left: Tree, term: Tree, scope: Scope): Value {
  const [operatorNode, right] = trees(term.children)
  // A line break before the operator is part of its token.
  const operator = nameOf(only(operatorNode)).trim()
  const one = evaluate(left, scope)
  if (operator === '&&') return one === true && evaluate(only(right), scope) === true
  if (operator === '||') return one === true || evaluate(only(right), scope) === true
  const other = evaluate(only(right), scope)
  switch (operator) {
    case '==':
      return isSame(one, other)
    case '!=':
      return !isSame(one, other)
    case '<':
      return Number(one) < Number(other)
    case '>':
      return Number(one) > Number(other)
    case '<=':
      return Number(one) <= Number(other)
    case '>=':
      return Number(one) >= Number(other)
    case '+':
      return Number(one) + Number(other)
    case '-':
      return Number(one) - Number(other)
    case '%':
      return Number(one) % Number(other)
    default:
      throw unsupported(term)
  }
}

function string(node: Tree, scope: Scope): string {
  return trees(node.children)
    .map((part) => {
      const [content] = part.children
      if (isTree(content, 'interpolation')) {
        return asText(evaluate(only(trees(content.children)[0]), scope))
      }
      const text = textOf(part).replaceAll('$${', '${').replaceAll('%%{', '%{')
      return text.replace(/\\(["\\nt])/g, (_, escaped: string) =>
        escaped === 'n' ? '\n' : escaped === 't' ? '\t' : escaped,
      )
    })
    .join('')
}

/** A bare name is the key itself; in parentheses or quotes it is an expression. */
function objectKey(key: Tree, scope: Scope): string {
  const [content] = trees(key.children)
  const term = only(content ?? key)
  const isBare = term.rule === 'expr_term' && isTree(term.children[0], 'identifier')
  return isBare || term.rule === 'identifier' || term.rule === 'keyword'
    ? nameOf(term)
    : asText(evaluate(term, scope))
}

function index(node: Tree, scope: Scope): string {
  const [expression] = trees(node.children)
  return expression === undefined
    ? nameOf(node).replace(/^\./, '')
    : asText(evaluate(expression, scope))
}

function call(node: Tree, scope: Scope): Value {
  const [nameNode, list] = trees(node.children)
  const name = nameOf(only(nameNode))
  const given = list === undefined ? [] : trees(list.children)
  if (name === 'can' || name === 'try') return attempt(name, given, scope)
  const implementation = FUNCTIONS[name]
  if (implementation === undefined) {
    throw new Error(`line ${node.line}: function ${name} is unknown here`)
  }
  return implementation(...given.map((each) => evaluate(each, scope)))
}

function attempt(name: 'can' | 'try', given: readonly Tree[], scope: Scope): Value {
  for (const each of given) {
    try {
      const value = evaluate(each, scope)
      return name === 'can' ? true : value
    } catch {
      // The next one, then.
    }
  }
  if (name === 'can') return false
  throw new Error('try: nothing could be evaluated')
}

/** The entries of a `for`, without those that its `if` excludes. */
function entries(node: Tree, scope: Scope): { scope: Scope; results: Tree[] }[] {
  const [intro, ...rest] = trees(node.children)
  const condition = rest.find(({ rule }) => rule === 'for_cond')
  const results = rest.filter(({ rule }) => rule !== 'for_cond')
  const parts = trees(only(intro).children)
  const names = parts.slice(0, -1).map(nameOf)
  const collection = evaluate(only(parts.at(-1)), scope)
  const pairs: [Value, Value][] = Array.isArray(collection)
    ? collection.map((value, at) => [at, value])
    : keysOf(asObject(collection)).map((key) => [key, asObject(collection)[key] ?? null])
  return pairs
    .map(([key, value]) => {
      const own: Members =
        names.length === 1
          ? { [names[0] ?? '']: value }
          : { [names[0] ?? '']: key, [names[1] ?? '']: value }
      return {
        scope: (name: string) => (Object.hasOwn(own, name) ? own[name] : scope(name)),
        results,
      }
    })
    .filter(
      (each) =>
        condition === undefined ||
        evaluate(only(trees(condition.children)[0]), each.scope) === true,
    )
}
