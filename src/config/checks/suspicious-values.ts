/**
 * Owns the recognition of values that are accepted and hardly ever meant. None is a problem: someone
 * may have a reason.
 * Pure.
 */
import { FLAT_KEYS, FLAT_NAMES } from '../flat-keys.ts'
import type { FlatConfiguration } from '../flat-reader.ts'
import type { BackendConfig, Config, GrantConfig, IssuerConfig } from '../model.ts'
import { IDENTITY_DOMAIN_ISSUER } from '../../providers/oci-iam.ts'
import type { ConfigProblem } from '../problems.ts'
import { isUserControlled } from './user-controlled-claims.ts'

/** In which a configuration was given: fields go by other names among the flat keys. */
export type ConfigForm = 'flat' | 'document'

/** `what` is wrong with the field, and at times `why`. */
interface Doubt {
  readonly field: string
  readonly what: string
  readonly why?: string
  readonly remedy: string
}

export function doubtsAbout(
  { issuers, backends }: Config,
  form: ConfigForm,
): readonly ConfigProblem[] {
  const told =
    (kind: 'issuer' | 'backend', name: string) =>
    ({ field, what, why, remedy }: Doubt): ConfigProblem => ({
      key: form === 'flat' ? (FLAT_NAMES[kind][field] ?? field) : field,
      problem: `${what} (${kind} ${name})${why === undefined ? '' : `: ${why}`}`,
      remedy,
    })
  return [
    ...issuers.flatMap((issuer) => aboutIssuer(issuer, form).map(told('issuer', issuer.name))),
    ...backends.flatMap((backend) =>
      aboutBackend(backend, issuers, form).map(told('backend', backend.name)),
    ),
  ]
}

/** The doubt, where there is reason for it. */
function when(isDoubtful: boolean | undefined, doubt: Doubt): readonly Doubt[] {
  return isDoubtful === true ? [doubt] : []
}

function aboutIssuer(issuer: IssuerConfig, form: ConfigForm): readonly Doubt[] {
  const { jwt, introspection, rules } = issuer
  const keys = jwt?.keys.kind === 'remote' ? jwt.keys : undefined
  const client = introspection?.client ?? keys?.access?.client
  return [
    ...aboutIssuersAddresses(issuer),
    ...when(rules.audience !== 'any' && rules.audience.some(isGraph), {
      field: 'audience',
      what: 'is Microsoft Graph',
      why: 'nobody else can verify its tokens',
      remedy: 'Give the audience of this API’s own registration.',
    }),
    ...aboutClientId(client?.clientId),
    ...aboutSecret('client.client_secret_ocid', client?.secretOcid, form),
  ]
}

function isGraph(audience: string): boolean {
  return /^(https:\/\/graph\.microsoft\.com\/?|00000003-0000-0000-c000-000000000000)$/i.test(
    audience,
  )
}

function aboutIssuersAddresses(issuer: IssuerConfig): readonly Doubt[] {
  const { preset, introspection, discovery, rules } = issuer
  const endpoint = urlOf(introspection?.endpoint)
  const keys = urlOf(issuer.jwt?.keys.kind === 'remote' ? issuer.jwt.keys.uri : undefined)
  const addresses = [
    { field: 'introspection_endpoint', url: endpoint },
    { field: 'jwks_uri', url: keys },
    { field: 'provider.issuer', url: urlOf(discovery?.url) },
  ]
  const fieldOf = (isDoubtful: (url: URL) => boolean): string | undefined => {
    const field = addresses.find(({ url }) => url !== undefined && isDoubtful(url))?.field
    return field === undefined ? undefined : (ADDRESSES_OF_PRESETS[preset ?? ''] ?? field)
  }
  const atConsole = fieldOf(isConsole)
  const ofAdministration = fieldOf(({ pathname }) => /\/admin\/(?!v1\/)/.test(pathname))
  const deeper = fieldOf(({ pathname }) =>
    /.(\/oauth2\/v1\/introspect|\/admin\/v1\/SigningCert\/jwk)$/.test(pathname),
  )
  return [
    ...when(atConsole !== undefined, { ...CONSOLE, field: atConsole ?? '' }),
    ...when(ofAdministration !== undefined, {
      field: ofAdministration ?? '',
      what: 'has `/admin/` in it',
      why: 'that is where a provider is administered',
      remedy: 'Give the address that its tokens name, such as https://<host>/realms/<realm>.',
    }),
    ...when(preset === 'oci_iam' && deeper !== undefined && atConsole === undefined, {
      field: deeper ?? '',
      what: 'has a path',
      remedy: 'Give it as the page of the domain shows it: https:// and the host.',
    }),
    ...when(endpoint && /^\/$|\/(token|authorize)\/?$/.test(endpoint.pathname), {
      field: 'introspection_endpoint',
      what: 'has the path of no introspection endpoint',
      remedy: 'Give that one: https://<domain>/oauth2/v1/introspect at an identity domain.',
    }),
    ...when(
      rules.issuer !== undefined &&
        rules.issuer !== IDENTITY_DOMAIN_ISSUER &&
        [endpoint, keys].some((url) => url?.hostname.endsWith('.identity.oraclecloud.com')),
      {
        field: 'issuer',
        what: 'is not the one that identity domains have',
        remedy: `Give ${IDENTITY_DOMAIN_ISSUER} with its slash, unless this domain’s settings name another issuer.`,
      },
    ),
  ]
}

/** What other addresses follow from. */
const ADDRESSES_OF_PRESETS: Readonly<Record<string, string>> = {
  oci_iam: 'provider.domain_url',
  keycloak: 'provider.realm_url',
}

function urlOf(address: string | undefined): URL | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address) : undefined
}

function isConsole({ hostname }: URL): boolean {
  return hostname === 'cloud.oracle.com'
}

const CONSOLE = {
  what: 'is the console’s',
  remedy:
    'Give the domain’s own address, as its page shows it: https://idcs-….identity.oraclecloud.com.',
}

function aboutClientId(clientId: string | undefined): readonly Doubt[] {
  return when(clientId?.startsWith('ocid1.'), {
    field: 'client.client_id',
    what: 'is an OCID',
    remedy: 'Give the client id, which the application’s page shows under its OAuth configuration.',
  })
}

function aboutBackend(
  { condition, grant }: BackendConfig,
  issuers: readonly IssuerConfig[],
  form: ConfigForm,
): readonly Doubt[] {
  if (grant.kind === 'basic') return aboutSecret('secret_ocid', grant.secretOcid, form)
  const url = urlOf(grant.tokenEndpoint)
  const served = issuers.filter(({ name }) => condition?.issuers?.includes(name) ?? true)
  return [
    ...when(url && isConsole(url), { ...CONSOLE, field: 'token_endpoint' }),
    ...when(url && /^\/$|\/(introspect|authorize)\/?$/.test(url.pathname), {
      field: 'token_endpoint',
      what: 'has the path of no token endpoint',
      remedy: 'Give that one: https://<domain>/oauth2/v1/token at an identity domain.',
    }),
    ...aboutClientId(grant.client.clientId),
    ...aboutSecret('client.client_secret_ocid', grant.client.secretOcid, form),
    ...aboutScope(grant.scope),
    ...(grant.kind === 'jwt_bearer' ? aboutUsers(grant, served, form) : []),
  ]
}

function aboutScope(scope: string | undefined): readonly Doubt[] {
  return [
    ...when(scope !== undefined && /…|\.\.\./.test(scope), {
      field: 'scope',
      what: 'has a placeholder',
      remedy: 'Copy the integration’s scope from the application, to its last character.',
    }),
    ...when(scope !== undefined && /^(:443urn:|urn:opc:resource:consumer::all)/.test(scope), {
      field: 'scope',
      what: 'has no host',
      remedy: 'Copy the integration’s scope from the application: it begins with https://.',
    }),
  ]
}

function aboutUsers(
  {
    subjectClaim,
    acceptsUserControlledClaim,
    assertionKeyOcid,
  }: Extract<GrantConfig, { readonly kind: 'jwt_bearer' }>,
  issuers: readonly IssuerConfig[],
  form: ConfigForm,
): readonly Doubt[] {
  const providers = issuers.map(({ preset }) => preset)
  return [
    ...when(!acceptsUserControlledClaim && isUserControlled(subjectClaim, providers), {
      field: 'assertion.subject_claim',
      what: `is \`${subjectClaim}\`, which users can change at some providers`,
      why: 'a user could take the name of another',
      remedy:
        'Use a claim that administrators alone set (`sub` at an identity domain, `upn` at Entra), or say `user_controlled_claim` = `accept`.',
    }),
    ...aboutSecret('assertion.key_ocid', assertionKeyOcid, form),
  ]
}

/** Flat keys have it told by `doubtsAboutValues`, as that needs no configuration that is good. */
function aboutSecret(field: string, ocid: string | undefined, form: ConfigForm): readonly Doubt[] {
  return when(form === 'document' && isForeignOcid(ocid), { field, ...FOREIGN_OCID })
}

function isForeignOcid(ocid = ''): boolean {
  return /^ocid1\.(?!vaultsecret\.)/.test(ocid)
}

const FOREIGN_OCID = {
  what: 'is an OCID, but of no Vault secret',
  remedy: 'Give the OCID of the secret, ocid1.vaultsecret.…, not of its vault or key.',
}

/** Of flat keys, whatever becomes of them. */
export function doubtsAboutValues(values: FlatConfiguration): readonly ConfigProblem[] {
  return [
    ...LISTS.filter((key) => values[key]?.includes(',') === true).map((key) => ({
      key,
      problem: 'has a comma, which is taken for a part of the value',
      remedy: 'Separate values by blanks.',
    })),
    ...Object.keys(FLAT_KEYS)
      .filter((key) => key.endsWith('_ocid') && isForeignOcid(values[key]))
      .map((key) => ({ key, problem: FOREIGN_OCID.what, remedy: FOREIGN_OCID.remedy })),
  ]
}

const LISTS = ['audience', 'required_scopes', 'allowed_clients', 'algorithms', 'context_claims']
