/** Syntax trees of HCL as `python/parse.py` writes them. */
export interface Token {
  readonly token: string
  readonly value: string
  readonly line: number
}

export interface Tree {
  readonly rule: string
  readonly children: readonly Node[]
  readonly line: number
}

export type Node = Token | Tree

export interface Attribute {
  readonly name: string
  readonly expression: Node
  readonly line: number
}

export interface Block {
  readonly type: string
  readonly labels: readonly string[]
  readonly attributes: readonly Attribute[]
  readonly blocks: readonly Block[]
  readonly line: number
}

/** A part that the grammar promises. */
export function required<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the syntax tree lacks a part')
  return part
}

export function isTree(node: Node | undefined, rule?: string): node is Tree {
  return node !== undefined && 'rule' in node && (rule === undefined || node.rule === rule)
}

export function isToken(node: Node | undefined, value: string): boolean {
  return node !== undefined && 'token' in node && node.value.trim() === value
}

export function trees(nodes: readonly Node[]): Tree[] {
  return nodes.filter((node): node is Tree => isTree(node))
}

export function textOf(node: Node): string {
  return 'token' in node ? node.value : node.children.map(textOf).join('')
}

/** The text of an identifier, a keyword, or a string without interpolation. */
export function nameOf(node: Node): string {
  return textOf(node).replace(/^"|"$/g, '')
}

/** The content of a block, between its braces, or of a whole file. */
export function readBody(body: Tree): Pick<Block, 'attributes' | 'blocks'> {
  const items = trees(body.children)
  return {
    attributes: items
      .filter(({ rule }) => rule === 'attribute')
      .map(({ children: [name, , expression], line }) => ({
        name: nameOf(required(name)),
        expression: required(expression),
        line,
      })),
    blocks: items.filter(({ rule }) => rule === 'block').map(readBlock),
  }
}

function readBlock({ children, line }: Tree): Block {
  const body = children.find((child): child is Tree => isTree(child, 'body'))
  const [type = '', ...labels] = trees(children)
    .filter(({ rule }) => rule !== 'body')
    .map(nameOf)
  const empty = { attributes: [], blocks: [] }
  return { type, labels, ...(body === undefined ? empty : readBody(body)), line }
}

export function attributeOf(block: Block, name: string): Node | undefined {
  return block.attributes.find((attribute) => attribute.name === name)?.expression
}

/** Each node of a tree, itself first. */
export function* walk(node: Node): Generator<Node> {
  yield node
  if ('children' in node) for (const child of node.children) yield* walk(child)
}

/** `a.b.c` where an expression begins so; indexes and splats are passed over. */
export function pathOf(node: Node): string[] | undefined {
  if (!('rule' in node)) return undefined
  const [first, second] = node.children
  switch (node.rule) {
    case 'expr_term':
      return node.children.length === 1 && first !== undefined ? pathOf(first) : undefined
    case 'identifier':
      return [nameOf(node)]
    case 'get_attr_expr_term': {
      const path = first === undefined ? undefined : pathOf(first)
      return path && [...path, nameOf(required(second)).replace(/^\./, '')]
    }
    case 'index_expr_term':
      return first === undefined ? undefined : pathOf(first)
    default:
      return undefined
  }
}
