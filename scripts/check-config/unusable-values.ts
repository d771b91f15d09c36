/**
 * Valid values that cannot work: placeholders of the examples, a scope with a space, one secret for two
 * clients. The function does not detect them; before a deployment they are problems.
 */
import { flatDocument, flatForm, isFlat, settingsOf, valueOf } from '../../src/config/flat-form.ts'
import type { FlatConfiguration } from '../../src/config/flat-keys.ts'
import {
  documentForm,
  reportTo,
  type ConfigProblem,
  type Report,
} from '../../src/config/problems.ts'
import {
  secretIsPrivateKey,
  type ClientAuthenticationMethod,
} from '../../src/oauth/client-authentication.ts'
import { isJsonObject, parseJsonObject } from '../../src/platform/json.ts'

type Members = Readonly<Record<string, unknown>>

/** An issuer or a backend. */
interface Entry {
  /** `issuers.0` */
  readonly path: string
  readonly members: Members
  readonly report: Report
}

export function unusableValues(values: FlatConfiguration): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const key = 'authorizer_config'
  const document = isFlat(values)
    ? flatDocument(values)
    : parseJsonObject(Buffer.from(valueOf(values, key) ?? ''))
  const form = isFlat(values) ? flatForm(values) : documentForm(key)
  const entries = ['issuers', 'backends'].flatMap((list) =>
    entriesIn(document, list).map(({ path, members }) => ({
      path,
      members,
      report: reportTo(problems, form, path),
    })),
  )
  const settings = { ...settingsOf(values), [key]: undefined }
  const all = [
    { members: settings, report: reportTo(problems, flatForm(values), '') },
    ...entries,
  ].flatMap(({ members, report }) => stringsIn(members).map((each) => ({ ...each, report })))
  for (const { path, text, report } of all) {
    for (const [isFlawed, problem, remedy] of FLAWS) {
      if (isFlawed(text, path)) report(path, problem, remedy)
    }
  }
  reportSharedSecrets(entries, (path) => form.keysAt(path).join(', '))
  reportOpenKeysOfDomains(entries)
  return problems
}

function entriesIn(document: unknown, list: string): readonly Omit<Entry, 'report'>[] {
  const entries = isJsonObject(document) ? (document as unknown as Members)[list] : undefined
  return (Array.isArray(entries) ? entries : []).flatMap((entry: unknown, index) =>
    isJsonObject(entry) ? [{ path: `${list}.${index}`, members: entry as unknown as Members }] : [],
  )
}

interface Text {
  readonly path: string
  readonly text: string
}

function stringsIn(value: unknown, path: readonly string[] = []): readonly Text[] {
  if (typeof value === 'string') return [{ path: path.join('.'), text: value }]
  if (typeof value !== 'object' || value === null || path.at(-1) === 'jwks') return []
  return Object.entries(value).flatMap(([name, each]) => stringsIn(each, [...path, name]))
}

type Flaw = readonly [
  isFlawed: (text: string, path: string) => boolean,
  problem: string,
  remedy: string,
]

const FLAWS: readonly Flaw[] = [
  [
    (text) => PLACEHOLDERS.some((pattern) => pattern.test(text)),
    'has a placeholder',
    'Give the value of your own tenancy or provider.',
  ],
  [
    (text) => /^["'\u2018-\u201F\u00AB\u00BB]|["'\u2018-\u201F\u00AB\u00BB]$/.test(text),
    'has a quote at its beginning or end',
    'Remove the quotes: they become a part of the value.',
  ],
  [
    (text) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(text),
    'has an invisible character or a special space',
    'Type it again: it was pasted from a web page or a word processor.',
  ],
  [
    isExampleHost,
    'is at an example’s host, which does not exist',
    'Give the host of your own tenancy or provider.',
  ],
  [
    isCutScope,
    'has a space inside a scope, which makes two of it',
    'Copy it again, without the space.',
  ],
]

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

/** RFC 2606 §3: these hosts have no address. An audience may have such a name. */
function isExampleHost(text: string, path: string): boolean {
  const isAddress = /((_endpoint|_uri|_url|authority)|^(issuer|provider\.issuer|scope))$/.test(path)
  return isAddress && /^https:\/\/([^/]+\.)?example\.(com|net|org)(:|\/|$)/i.test(text)
}

const OIC_SCOPE = /^https:\/\/[^/]+:443(urn:opc:resource:consumer::all|\/ic\/api\/)$/

function isCutScope(text: string, path: string): boolean {
  const joined = text.replaceAll(/\s+/g, '')
  if (path === 'scope') return joined !== text && OIC_SCOPE.test(joined)
  return /^when\.scopes\.\d+$/.test(path) && /\s/.test(text)
}

/** Each application has a secret of its own; several may have the same private key. */
function reportSharedSecrets(entries: readonly Entry[], keyOf: (path: string) => string): void {
  const clients = entries.flatMap((entry) => {
    const { client, client_auth } = entry.members
    if (!isJsonObject(client) || secretIsPrivateKey(client_auth as ClientAuthenticationMethod))
      return []
    const { client_id: id, client_secret_ocid: secret } = client as unknown as Members
    return typeof id === 'string' && typeof secret === 'string' && secret.trim() !== ''
      ? [{ ...entry, id: id.trim(), secret: secret.trim() }]
      : []
  })
  const field = 'client.client_secret_ocid'
  clients.forEach(({ id, secret, report }, index) => {
    const other = clients.slice(0, index).find((each) => each.secret === secret && each.id !== id)
    if (other === undefined) return
    report(
      field,
      `is also the secret of another client (${keyOf(`${other.path}.${field}`)})`,
      'Give the OCID of this client’s own secret.',
    )
  })
}

/** Keys are public by default, but not those of an identity domain. */
function reportOpenKeysOfDomains(entries: readonly Entry[]): void {
  for (const { members, report } of entries) {
    const { jwks_uri, jwks_access, provider } = members
    const isOfDomain =
      typeof jwks_uri === 'string' && jwks_uri.trim().endsWith('/admin/v1/SigningCert/jwk')
    if (!isOfDomain || (jwks_access ?? '') !== '' || provider !== undefined) continue
    report(
      'jwks_access',
      'is missing, and an identity domain protects its keys',
      'Give `client_credentials`, with a client; or `public`, if “Access signing certificate” is on in the domain’s settings.',
    )
  }
}
