import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../../', import.meta.url))

export interface Block {
  readonly document: string
  readonly heading: string
  readonly text: string
}

/** The shell blocks of a document, in order, each with the heading above it. */
export function shellBlocks(document: string): Block[] {
  const blocks: Block[] = []
  let heading = ''
  const text = readFileSync(root + document, 'utf8')
  for (const [, title, block] of text.matchAll(/^#+ ([^\n]*)$|^```sh\n(.*?)^```$/gms)) {
    if (block === undefined) heading = title ?? ''
    else blocks.push({ document, heading, text: block })
  }
  return blocks
}

/** The blocks below one heading. Throws if there are none. */
export function under(blocks: readonly Block[], heading: RegExp): Block[] {
  const found = blocks.filter((block) => heading.test(block.heading))
  if (found.length === 0) throw new Error(`no shell block under ${String(heading)}`)
  return found
}

/** The shell blocks of the steps with the command line, from the settings on. */
export const steps = shellBlocks('docs/live-cli.md')

export const documents = [
  'README.md',
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
]

/** The words of every `oci` command in the documents up to its options, such as `fn function get`. */
export function documentedCommands(): Set<string> {
  const services =
    'identity-domains|kms|vault|secrets|os|fn|iam|logging|api-gateway|artifacts|resource-manager'
  const command = new RegExp(`\\b(?:${services})(?: [a-z][a-z0-9-]*){2,5}(?= +--)`, 'g')
  const texts = documents.map((name) => readFileSync(root + name, 'utf8').replace(/\\\n/g, ' '))
  return new Set(texts.flatMap((text) => text.match(command) ?? []))
}
