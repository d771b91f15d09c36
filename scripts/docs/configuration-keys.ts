/** The table of flat keys, from the schemas of the configuration. */
import { toJsonSchema } from '@valibot/to-json-schema'
import { documentSchema } from '../../src/config/document-schema.ts'
import { FLAT_KEYS, type FlatKey } from '../../src/config/flat-keys.ts'
import { settingsSchema } from '../../src/config/settings.ts'

interface JsonSchema {
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
}

function jsonSchemaOf(schema: Parameters<typeof toJsonSchema>[0]): JsonSchema {
  return toJsonSchema(schema, { ignoreActions: ['raw_check'] }) as JsonSchema
}

const DOCUMENT = jsonSchemaOf(documentSchema)
const SETTINGS = jsonSchemaOf(settingsSchema)

/** For each key: itself, its default, its meaning, and its path in the document. */
export function configurationKeys(): readonly (readonly string[])[] {
  return Object.entries<FlatKey>(FLAT_KEYS).map(([key, { at, as }]) => {
    const path = at?.split('.') ?? [key]
    const parent = path.slice(0, -1).reduce(memberOf, at === undefined ? SETTINGS : DOCUMENT)
    const name = path.at(-1) ?? ''
    const member = memberOf(parent, name)
    const { meaning, absence } = described(member)
    const isRequired = parent.required?.includes(name) === true && path.length === 3
    return [
      code(key),
      absence ?? (isRequired ? 'required' : defaultOf(member)),
      [meaning, ...valuesOf(member), ...FORMS[as ?? 'text']].join(' '),
      at === undefined ? '–' : code(at.replace('.0.', '[].')),
    ]
  })
}

const FORMS = { text: [], number: [], list: ['Space-separated.'], json: ['In JSON.'] } as const

function code(text: string): string {
  return `\`${text}\``
}

function memberOf(schema: JsonSchema, name: string): JsonSchema {
  const member = /^\d+$/.test(name) ? schema.items : schema.properties?.[name]
  if (member === undefined) throw new Error(`the schema has no ${name}`)
  return member
}

/** The last sentence of a description may say what holds without the member. */
function described({ description = '' }: JsonSchema) {
  const [, meaning = '', byDefault, required] =
    /^(.*?)(?: Default:? (.*)\.| (Required.*)\.)?$/.exec(description) ?? []
  return { meaning, absence: byDefault ?? required?.replace('R', 'r') }
}

function defaultOf({ default: value }: JsonSchema): string {
  if (value === undefined) return '–'
  const isEmpty = Array.isArray(value) && value.length === 0
  return isEmpty ? 'none' : typeof value === 'string' ? code(value) : JSON.stringify(value)
}

function valuesOf({ enum: choices, minimum, maximum }: JsonSchema): readonly string[] {
  if (choices !== undefined) {
    const values = choices.map((choice) => code(String(choice)))
    return [`One of ${values.slice(0, -1).join(', ')} and ${values.at(-1) ?? ''}.`]
  }
  return minimum === undefined || maximum === undefined ? [] : [`From ${minimum} to ${maximum}.`]
}
