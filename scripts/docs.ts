/** `npm run docs`: generates tables in docs/, the JSON Schema of the configuration document, and examples. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { toJsonSchema } from '@valibot/to-json-schema'
import { format, resolveConfig } from 'prettier'
import { documentSchema } from '../src/config/document-schema.ts'
import { denial } from '../src/decision.ts'
import { responseCode } from '../src/gateway/response.ts'
import {
  DENIAL_REASONS,
  FAULT_REASONS,
  WARNING_REASONS,
  type DenialReason,
} from '../src/reasons.ts'
import { flag } from './command-line/options.ts'
import { readCommandLine } from './command-line/command-line.ts'
import { configurationKeys } from './docs/configuration-keys.ts'
import { exampleFiles } from './docs/examples.ts'

const { values } = readCommandLine({
  name: 'docs',
  about: `Generates from the code the tables of configuration keys, reasons and warnings in docs/ and the JSON
Schema of the configuration document; from examples/ the configurations in docs/; and from the commands
in docs/ the specifications in examples/. It takes seconds.`,
  options: {
    check: flag('writes nothing; exit status 1 if a file is not up to date'),
  },
})

const SCHEMA = 'deploy/authorizer-config.schema.json'

type Row = readonly string[]

function table(...rows: readonly [head: Row, ...body: Row[]]): string {
  const [head, ...body] = rows
  const lines = [head, head.map(() => '---'), ...body]
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}

function reasons(): string {
  return table(
    ['reason', 'outcome', 'caller gets', 'meaning', 'remedy'],
    ...Object.entries(DENIAL_REASONS).map(([reason, { challenge, meaning, remedy }]) => {
      const error = challenge === 'none' ? '' : ` ${code(challenge)}`
      return [
        code(reason),
        'deny',
        `${responseCode(denial(reason as DenialReason))}${error}`,
        meaning,
        remedy,
      ]
    }),
    ...Object.entries(FAULT_REASONS).map(([reason, { meaning, remedy }]) => [
      code(reason),
      'fault',
      '502',
      meaning,
      remedy,
    ]),
  )
}

function warnings(): string {
  return table(
    ['warning', 'meaning', 'remedy'],
    ...Object.entries(WARNING_REASONS).map(([reason, { meaning, remedy }]) => [
      code(reason),
      meaning,
      remedy,
    ]),
  )
}

/** The JSON Schema of the configuration document, for editors. */
function jsonSchema(): object {
  return {
    ...toJsonSchema(documentSchema, { ignoreActions: ['raw_check'] }),
    title: 'Configuration document of the OIC gateway authorizer',
  }
}

/** Puts the text between the two markers of that name. Throws if a marker is missing or repeated. */
function fill(markdown: string, name: string, text: string): string {
  const begin = `<!-- generated:${name} -->`
  const end = `<!-- /generated:${name} -->`
  const [before, rest, ...more] = markdown.split(begin)
  const [, after, ...evenMore] = (rest ?? '').split(end)
  if (before === undefined || after === undefined || more.length + evenMore.length > 0) {
    throw new Error(`the page must have ${begin} and then ${end}, once each`)
  }
  return `${before}${begin}\n\n${text}\n\n${end}${after}`
}

async function current(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '')
}

/** The page with its generated tables. */
async function page(file: string, tables: Readonly<Record<string, string>>) {
  const text = Object.entries(tables).reduce(
    (markdown, [name, table]) => fill(markdown, name, table),
    await current(file),
  )
  return [file, text] as const
}

function fenced(json: string): string {
  return `\`\`\`json\n${json.trim()}\n\`\`\``
}

/** The page of each identity provider with its example. */
async function providerPages() {
  const names = ['identity-domain', 'entra', 'okta', 'auth0', 'keycloak', 'cognito', 'other']
  return Promise.all(
    names.map(async (name) => {
      const example = await readFile(`examples/${name}/authorizer-config.json`, 'utf8')
      return page(`docs/identity-providers/${name}.md`, { [`example-${name}`]: fenced(example) })
    }),
  )
}

const examples = await exampleFiles()

function example(name: string): string {
  const [, text] = examples.find(([file]) => file === `examples/${name}`) ?? []
  if (text === undefined) throw new Error(`there is no example ${name}`)
  return fenced(text)
}

const documents = [
  ...(await providerPages()),
  ...examples,
  await page('docs/migrating.md', { keys: example('patterns/function/keys.json') }),
  await page('docs/configuration.md', {
    configuration: table(['key', 'default', 'meaning', 'in a document'], ...configurationKeys()),
  }),
  await page('docs/reasons.md', { reasons: reasons(), warnings: warnings() }),
  [SCHEMA, JSON.stringify(jsonSchema())] as const,
]

for (const [file, text] of documents) {
  const generated = file.endsWith('.tfvars')
    ? text
    : await format(text, { ...(await resolveConfig(file)), filepath: file })
  if (generated === (await current(file))) {
    console.log(`${file} is up to date`)
  } else if (values.check) {
    console.error(`${file} differs from the code: run npm run docs`)
    process.exitCode = 1
  } else {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, generated)
    console.log(`${file} written`)
  }
}
