/** Values that are valid and probably wrong. Each is a warning: there may be a reason for it. */
import { FLAT_KEYS, FLAT_NAMES } from '../flat-keys.ts'
import type { FlatConfiguration } from '../flat-reader.ts'
import type { BackendConfig, Config, GrantConfig, IssuerConfig } from '../model.ts'
import { presetOfAudience, presetOfEndpoint, providerNamed } from '../../providers/index.ts'
import { CONSOLE_MISTAKE, isConsole } from '../../providers/oci-iam.ts'
import type { Mistake } from '../../providers/provider.ts'
import type { ConfigProblem } from '../problems.ts'
import { isUserControlled } from './user-controlled-claims.ts'

/** The form of a configuration: members of the document have other names among the flat keys. */
export type ConfigForm = 'flat' | 'document'

type Doubt = Mistake

export function findSuspiciousValues(
  { issuers, backends }: Config,
  form: ConfigForm,
): readonly ConfigProblem[] {
  const told =
    (kind: 'issuer' | 'backend', name: string) =>
    ({ field, problem, remedy, isBroken }: Doubt): ConfigProblem => ({
      key: form === 'flat' ? (FLAT_NAMES[kind][field] ?? field) : field,
      problem: `${problem} (${kind} ${name})`,
      remedy,
      ...(isBroken === true ? { isBroken } : {}),
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
  const { jwt, introspection } = issuer
  const keys = jwt?.keys.kind === 'remote' ? jwt.keys : undefined
  const client = introspection?.client ?? keys?.access?.client
  return [
    ...mistakesOf(issuer),
    ...aboutEndpoint(urlOf(introspection?.endpoint)),
    ...aboutClientId(client?.clientId),
    ...aboutSecret('client.client_secret_ocid', client?.secretOcid, form),
  ]
}

/** The classic mistakes of the providers whose issuer or endpoints these are. */
function mistakesOf(issuer: IssuerConfig): readonly Doubt[] {
  const { preset, introspection, discovery, rules } = issuer
  const field = (own: string): string => FIELDS_OF_PRESETS[preset ?? ''] ?? own
  const keys = issuer.jwt?.keys.kind === 'remote' ? issuer.jwt.keys.uri : undefined
  const urls = [
    { field: field('introspection_endpoint'), url: urlOf(introspection?.endpoint) },
    { field: field('jwks_uri'), url: urlOf(keys) },
    { field: 'provider.issuer', url: urlOf(discovery?.url) },
  ].flatMap((each) => (each.url === undefined ? [] : [{ ...each, url: each.url }]))
  const audience = rules.audience === 'any' ? [] : rules.audience
  const presets = new Set([
    preset,
    ...urls.map(({ url }) => presetOfEndpoint(url)),
    ...audience.map(presetOfAudience),
  ])
  const configured = {
    issuer: rules.issuer,
    audience,
    requiredScopes: rules.requiredScopes,
    urls,
  }
  return [...presets].flatMap(
    (each) => providerNamed(each)?.configurationMistakes?.(configured) ?? [],
  )
}

function aboutEndpoint(endpoint: URL | undefined): readonly Doubt[] {
  return when(endpoint && /^\/$|\/(token|authorize)\/?$/.test(endpoint.pathname), {
    field: 'introspection_endpoint',
    problem: 'does not have the path of an introspection endpoint',
    remedy: 'Give that one: https://<domain>/oauth2/v1/introspect at an identity domain.',
    isBroken: true,
  })
}

/** The member from which a preset derives its endpoints. */
const FIELDS_OF_PRESETS: Readonly<Record<string, string>> = {
  okta: 'provider.org_url',
  oci_iam: 'provider.domain_url',
  keycloak: 'provider.realm_url',
}

function urlOf(address: string | undefined): URL | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address) : undefined
}

function aboutClientId(clientId: string | undefined): readonly Doubt[] {
  return when(clientId?.startsWith('ocid1.'), {
    field: 'client.client_id',
    problem: 'is an OCID',
    isBroken: true,
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
    ...when(url && isConsole(url), { ...CONSOLE_MISTAKE, field: 'token_endpoint' }),
    ...when(url && /^\/$|\/(introspect|authorize)\/?$/.test(url.pathname), {
      field: 'token_endpoint',
      problem: 'does not have the path of a token endpoint',
      isBroken: true,
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
      problem: 'has a placeholder',
      isBroken: true,
      remedy: 'Copy the integration’s scope from the application, to its last character.',
    }),
    ...when(scope !== undefined && /^(:443urn:|urn:opc:resource:consumer::all)/.test(scope), {
      field: 'scope',
      problem: 'has no host',
      isBroken: true,
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
      problem: `is \`${subjectClaim}\`, which users can change at some providers: a user could take the name of another`,
      remedy:
        'Use a claim that administrators alone set (`sub` at an identity domain, `upn` at Entra), or say `user_controlled_claim` = `accept`.',
    }),
    ...aboutSecret('assertion.key_ocid', assertionKeyOcid, form),
  ]
}

/** Flat keys have it told by `findSuspiciousFlatValues`, as that needs no configuration that is good. */
function aboutSecret(field: string, ocid: string | undefined, form: ConfigForm): readonly Doubt[] {
  return when(form === 'document' && isForeignOcid(ocid), { field, ...FOREIGN_OCID })
}

function isForeignOcid(ocid = ''): boolean {
  return /^ocid1\.(?!vaultsecret\.)/.test(ocid)
}

const FOREIGN_OCID = {
  problem: 'is an OCID, but not of a Vault secret',
  remedy: 'Give the OCID of the secret, ocid1.vaultsecret.…, not of its vault or key.',
}

/** Of flat keys, whatever becomes of them. */
export function findSuspiciousFlatValues(values: FlatConfiguration): readonly ConfigProblem[] {
  return [
    ...LISTS.filter((key) => values[key]?.includes(',') === true).map((key) => ({
      key,
      problem: 'has a comma, which is taken for a part of the value',
      remedy: 'Separate values by blanks.',
    })),
    ...Object.keys(FLAT_KEYS)
      .filter((key) => key.endsWith('_ocid') && isForeignOcid(values[key]))
      .map((key) => ({ key, problem: FOREIGN_OCID.problem, remedy: FOREIGN_OCID.remedy })),
  ]
}

const LISTS = ['audience', 'required_scopes', 'allowed_clients', 'algorithms', 'context_claims']
