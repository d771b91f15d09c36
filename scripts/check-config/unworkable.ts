/**
 * Values with which nothing can work: placeholders of the examples, scopes that are cut in two, one
 * secret for two clients. The function accepts them, as it cannot know; before a deployment they are
 * problems.
 */
import { FLAT_KEYS } from '../../src/config/flat-keys.ts'
import type { FlatConfiguration } from '../../src/config/flat-reader.ts'
import type { ConfigProblem } from '../../src/config/problems.ts'
import { isJsonObject, parseJsonObject } from '../../src/platform/json.ts'

/** A string of the configuration, and the path that problems name. */
interface Value {
  readonly key: string
  /** The last name in the path, without a prefix of the flat form. */
  readonly field: string
  readonly text: string
}

export function unworkableValues(values: FlatConfiguration): readonly ConfigProblem[] {
  const all = valuesOf(values)
  return [
    ...all.filter(({ text }) => isPlaceholder(text)).map(({ key }) => ({ key, ...PLACEHOLDER })),
    ...all.filter(isExampleHost).map(({ key }) => ({ key, ...EXAMPLE_HOST })),
    ...all.filter(isCutScope).map(({ key }) => ({ key, ...CUT_SCOPE })),
    ...sharedSecrets(values),
    ...openKeysOfDomains(values),
  ]
}

const DOCUMENT = 'authorizer_config'

function documentOf(values: FlatConfiguration): unknown {
  const text = (values[DOCUMENT] ?? '').trim()
  return text === '' ? undefined : parseJsonObject(Buffer.from(text))
}

function valuesOf(values: FlatConfiguration): readonly Value[] {
  const document = documentOf(values)
  const flat = Object.entries(values).flatMap(([key, text]): readonly Value[] =>
    Object.hasOwn(FLAT_KEYS, key) && key !== DOCUMENT && key !== 'jwks' && text !== undefined
      ? [{ key, field: key, text: text.trim() }]
      : [],
  )
  return [...flat, ...stringsIn(document, [])]
}

function stringsIn(value: unknown, path: readonly string[]): readonly Value[] {
  if (typeof value === 'string') {
    const field = path.findLast((name) => !/^\d+$/.test(name)) ?? ''
    return field === '$schema'
      ? []
      : [{ key: `${DOCUMENT}: ${path.join('.')}`, field, text: value }]
  }
  if (typeof value !== 'object' || value === null || path.at(-1) === 'jwks') return []
  return Object.entries(value).flatMap(([name, each]) => stringsIn(each, [...path, name]))
}

const PLACEHOLDERS: readonly RegExp[] = [
  /<[^>]*>|…|\.\.\./,
  /\byour[-_. ]|\byour\w*(instance|domain|tenant|host)/i,
  /\b[A-Z]+(_[A-Z]+)*_OF_[A-Z_]+\b/,
  /\.REGION\.|\bUNIQUE\b|\bREGION\b/,
  /change[-_]?me|\bTODO\b|x{4,}|placeholder/i,
  /\{\{?[^}]*\}?\}/,
  // A GUID, or the number of an identity domain, of one digit
  /\b([0-9a-f])\1{7}(-\1{4}){3}-\1{12}\b/i,
  /idcs-([0-9a-f])\1{31}\b/i,
]

function isPlaceholder(text: string): boolean {
  return PLACEHOLDERS.some((pattern) => pattern.test(text))
}

const PLACEHOLDER = {
  problem: 'has a placeholder',
  remedy: 'Put in the value of your own tenancy or provider.',
}

/** RFC 2606 §3: these have no address. An audience may well be named so. */
function isExampleHost({ field, text }: Value): boolean {
  const isCalled = /(_endpoint|_uri|_url|authority)$|^(issuer|scope|back_end_scope)$/.test(field)
  return isCalled && /^https:\/\/([^/]+\.)?example\.(com|net|org)(:|\/|$)/i.test(text)
}

const EXAMPLE_HOST = {
  problem: 'is at an example’s host, which does not exist',
  remedy: 'Put in the host of your own tenancy or provider.',
}

const OIC_SCOPE = /^https:\/\/[^/]+:443(urn:opc:resource:consumer::all|\/ic\/api\/)$/

function isCutScope({ field, text }: Value): boolean {
  const joined = text.replaceAll(/\s+/g, '')
  if (/^(back_end_)?scope$/.test(field)) return joined !== text && OIC_SCOPE.test(joined)
  return field === 'scopes' && /\s/.test(text)
}

const CUT_SCOPE = {
  problem: 'has a blank inside a scope, which makes two of it',
  remedy: 'Copy it again, without the blank.',
}

interface Client {
  readonly key: string
  readonly secretKey: string
  readonly id: string
  readonly secret: string
}

/** Each application has a secret of its own; a private key may be that of several. */
function sharedSecrets(values: FlatConfiguration): readonly ConfigProblem[] {
  const clients = clientsOf(values)
  return clients.flatMap(({ secretKey, id, secret }, index) => {
    const other = clients.slice(0, index).find((each) => each.secret === secret && each.id !== id)
    return other === undefined
      ? []
      : [
          {
            key: secretKey,
            problem: `is the secret of another client, too (${other.secretKey})`,
            remedy: 'Give the OCID of this client’s own secret.',
          },
        ]
  })
}

function clientsOf(values: FlatConfiguration): readonly Client[] {
  const document = documentOf(values)
  if (document === undefined) {
    const signs = values['back_end_client_auth']?.trim() === 'private_key_jwt'
    return [
      ['idcs_app_client_id', 'idcs_app_client_secret_ocid'] as const,
      ...(signs ? [] : [['back_end_app_client_id', 'back_end_client_secret_ocid'] as const]),
    ].flatMap(([key, secretKey]) => clientOf(key, secretKey, values[key], values[secretKey]))
  }
  return ['issuers', 'backends'].flatMap((list) =>
    objectsIn(document, list).flatMap(({ object, path }) => {
      const client = object['client']
      if (!isJsonObject(client) || object['client_auth'] === 'private_key_jwt') return []
      const { client_id, client_secret_ocid } = client as unknown as Record<string, unknown>
      const key = `${DOCUMENT}: ${path}.client`
      return clientOf(
        `${key}.client_id`,
        `${key}.client_secret_ocid`,
        client_id,
        client_secret_ocid,
      )
    }),
  )
}

function clientOf(key: string, secretKey: string, id: unknown, secret: unknown): readonly Client[] {
  return typeof id === 'string' && typeof secret === 'string' && secret.trim() !== ''
    ? [{ key, secretKey, id: id.trim(), secret: secret.trim() }]
    : []
}

function objectsIn(document: unknown, list: string) {
  const entries: unknown = (document as Record<string, unknown>)[list]
  return (Array.isArray(entries) ? (entries as readonly unknown[]) : []).flatMap((entry, index) =>
    isJsonObject(entry)
      ? [{ object: entry as unknown as Record<string, unknown>, path: `${list}.${index}` }]
      : [],
  )
}

/** By default keys are public, and those of an identity domain are not. */
function openKeysOfDomains(values: FlatConfiguration): readonly ConfigProblem[] {
  const document = documentOf(values)
  const sources =
    document === undefined
      ? [{ object: values as Readonly<Record<string, unknown>>, prefix: '' }]
      : objectsIn(document, 'issuers').map(({ object, path }) => ({
          object,
          prefix: `${DOCUMENT}: ${path}.`,
        }))
  return sources
    .filter(({ object }) => {
      const { jwks_uri, jwks_access, provider } = object
      return (
        typeof jwks_uri === 'string' &&
        jwks_uri.trim().endsWith('/admin/v1/SigningCert/jwk') &&
        (jwks_access === undefined || jwks_access === '') &&
        provider === undefined
      )
    })
    .map(({ prefix }) => ({
      key: `${prefix}jwks_access`,
      problem: 'is missing, and an identity domain protects its keys',
      remedy:
        'Give `client_credentials`, with a client; or `public`, if “Access signing certificate” is on in the domain’s settings.',
    }))
}
