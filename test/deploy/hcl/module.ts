/** A Terraform configuration: its blocks by address. */
import { attributeOf, readBody, required, type Block, type Node, type Tree } from './tree.ts'

export interface Module {
  readonly variables: ReadonlyMap<string, Block>
  readonly locals: ReadonlyMap<string, Node>
  readonly outputs: ReadonlyMap<string, Node>
  /** `oci_x.name` and `data.oci_x.name`. */
  readonly resources: ReadonlyMap<string, Block>
  readonly files: ReadonlyMap<string, Pick<Block, 'attributes' | 'blocks'>>
}

export type Files = Readonly<Record<string, string>>
export type SyntaxTrees = Readonly<Record<string, Tree>>

export function readModule(syntax: SyntaxTrees): Module {
  const files = new Map(
    Object.entries(syntax).map(([name, tree]) => [name, readBody(tree.children[0] as Tree)]),
  )
  const blocks = [...files.values()].flatMap((file) => file.blocks)
  const of = (type: string) => blocks.filter((block) => block.type === type)
  return {
    files,
    variables: new Map(of('variable').map((block) => [block.labels[0] ?? '', block])),
    locals: new Map(
      of('locals').flatMap(({ attributes }) =>
        attributes.map(({ name, expression }) => [name, expression]),
      ),
    ),
    outputs: new Map(
      of('output').map((block) => [block.labels[0] ?? '', required(attributeOf(block, 'value'))]),
    ),
    resources: new Map([
      ...of('resource').map((block) => [block.labels.join('.'), block] as const),
      ...of('data').map((block) => [`data.${block.labels.join('.')}`, block] as const),
    ]),
  }
}

/** The values of a `terraform.tfvars`. */
export function readAssignments(tree: Tree): ReadonlyMap<string, Node> {
  return new Map(
    readBody(tree.children[0] as Tree).attributes.map(({ name, expression }) => [name, expression]),
  )
}
