/** Flat keys as a configuration document with one issuer and one backend. */
import { parseJsonObject } from '../platform/json.ts'
import { problemsOfMembers } from './checks/json-text.ts'
import { DOCUMENT_KEYS, FLAT_KEYS, type FlatConfiguration, type FlatKey } from './flat-keys.ts'
import type { ConfigForm, ConfigProblem } from './problems.ts'

/** The name of the issuer and of the backend in the log. */
const NAME = 'default'

type Members = Record<string, unknown>

const KEYS: readonly (FlatKey & { readonly key: string })[] = Object.entries(FLAT_KEYS).map(
  ([key, about]) => ({ key, ...about }),
)

/** Without surrounding white space; undefined if empty. */
export function valueOf(values: FlatConfiguration, key: string): string | undefined {
  const value = Object.hasOwn(values, key) ? values[key]?.trim() : undefined
  return value === '' ? undefined : value
}

/** No document is given: flat keys are the configuration. */
export function isFlat(values: FlatConfiguration): boolean {
  return DOCUMENT_KEYS.every((key) => valueOf(values, key) === undefined)
}

/** Settings of the whole function, which are flat keys in either form. */
export function settingsOf(values: FlatConfiguration): Members {
  const settings = members()
  for (const { key, at, as } of KEYS) {
    const value = valueOf(values, key)
    if (value !== undefined && at === undefined) settings[key] = converted(value, as)
  }
  return settings
}

/**
 * Members of JSON in flat keys that would be lost without a message. A problem names such a member
 * after its flat key: `jwks: keys.0.kid`.
 */
export function lostMembers(values: FlatConfiguration): readonly ConfigProblem[] {
  return KEYS.filter(({ as }) => as === 'json').flatMap(({ key }) => {
    const text = valueOf(values, key)
    return text === undefined ? [] : problemsOfMembers(text, key)
  })
}

/** Not validated: what has the wrong type stays as it is. */
export function flatDocument(values: FlatConfiguration): Members {
  const [issuer, backend] = [members({ name: NAME }), members({ name: NAME })]
  const document = members({ issuers: [issuer], backends: [backend] })
  for (const { key, at, as } of KEYS) {
    const value = valueOf(values, key)
    if (value !== undefined && at !== undefined) put(document, at.split('.'), converted(value, as))
  }
  if (valueOf(values, 'audience') === 'any') issuer['audience'] = 'any'
  if (backend['grant'] === 'basic') document['backends'] = [basicBackend(backend)]
  return document
}

/** For `basic`, `back_end_client_secret_ocid` holds `user:password`; keys for other grants have no effect. */
function basicBackend({ name, grant, min_token_seconds, client }: Members): Members {
  const secret_ocid = (client as Members | undefined)?.['client_secret_ocid']
  const given = Object.entries({ name, grant, min_token_seconds, secret_ocid })
  return members(Object.fromEntries(given.filter(([, value]) => value !== undefined)))
}

/** Without a prototype, which could be polluted. */
function members(given: Members = {}): Members {
  return Object.assign(Object.create(null) as Members, given)
}

function put(object: Members, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path
  if (rest.length === 0) object[name] = value
  else put((object[name] ??= members()) as Members, rest, value)
}

function converted(value: string, as: FlatKey['as']): unknown {
  switch (as) {
    case undefined:
      return value
    case 'list':
      return value.split(/\s+/)
    case 'json':
      return parseJsonObject(Buffer.from(value)) ?? value
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
  }
}

export function flatForm(values: FlatConfiguration): ConfigForm {
  const isGiven = ({ key }: { readonly key: string }): boolean => valueOf(values, key) !== undefined
  /** The key of the path; else the keys below it that are given; else all keys below it. */
  const keysAt = (path: string): readonly string[] => {
    const at = path.replace(/^(backends\.0)\.secret_ocid$/, '$1.client.client_secret_ocid')
    const found = KEYS.filter((key) => at === key.at || at.startsWith(`${key.at}.`))
    const within = KEYS.filter((key) => key.at?.startsWith(`${at}.`))
    const keys = found.length > 0 ? found : within.some(isGiven) ? within.filter(isGiven) : within
    return keys.length > 0 ? keys.map(({ key }) => key) : [path]
  }
  return {
    keysAt,
    // There is only one of each.
    suffix: () => '',
    wording: (text, entry) =>
      text.replaceAll('"', '').replaceAll(/`([a-z_.]+)`/g, (whole, name: string) => {
        const key = KEYS.find(({ at }) => at === `${entry}.${name}`)
        return key === undefined ? whole : `\`${key.key}\``
      }),
  }
}
