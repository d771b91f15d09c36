/** `npm run doctor` names the cause of each broken set-up of the local stack as its first failure. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Check } from '../../scripts/doctor/check.ts'
import { diagnose, type Examination } from '../../scripts/doctor/diagnose.ts'
import { firstFailure, toJsonReport, toLine } from '../../scripts/doctor/report.ts'
import { PLACEHOLDER } from '../../scripts/rotate/rotate.ts'
import { createPorts } from '../../src/boot/compose.ts'
import { numericDate, systemClock } from '../../src/platform/clock.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { startIdentityDomain, type IdentityDomain } from '../../stack/identity/identity-domain.ts'
import { startIntegration, type Integration } from '../../stack/integration.ts'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'
import {
  ALICE,
  API_AUDIENCE,
  BOB,
  OIC_AUDIENCE,
  OIC_SCOPE,
  randomSecret,
  SECRET_OCIDS,
} from '../../stack/registrations.ts'
import { createResourcePrincipal, type ResourcePrincipal } from '../../stack/resource-principal.ts'
import { startVault, type Vault } from '../../stack/vault.ts'

const FUSION_SCOPE = 'https://fusion.example.org:443urn:opc:resource:fusion::all'
/** Another instance of Oracle Integration in the same domain. */
const SIBLING_AUDIENCE =
  'https://F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF.integration.us-phoenix-1.ocp.oraclecloud.com:443'
const SECOND = 'second-application'

let stack: LocalStack
let token: string
/** A domain and an instance in which the applications have other permissions. */
let domain: IdentityDomain
let instance: Integration
let vault: Vault
let principal: ResourcePrincipal
const secondSecret = randomSecret()

beforeAll(async () => {
  stack = await startLocalStack()
  token = await stack.requestCallerToken(stack.registrations.partnerA, `${API_AUDIENCE}echo:invoke`)
  const resource = { accessTokenFormat: 'jwt', lifetimeSeconds: 3600 } as const
  const [fusionAudience = '', fusionScope = ''] = FUSION_SCOPE.split(/(?=urn:)/)
  domain = await startIdentityDomain({
    name: 'second',
    flavour: 'idcs',
    clients: [
      {
        clientId: SECOND,
        clientSecret: secondSecret,
        scopes: [`${OIC_AUDIENCE}${OIC_SCOPE}`, `${SIBLING_AUDIENCE}${OIC_SCOPE}`, FUSION_SCOPE],
      },
    ],
    resourceServers: [
      { ...resource, audience: SIBLING_AUDIENCE, scopes: [OIC_SCOPE] },
      { ...resource, audience: OIC_AUDIENCE, scopes: [OIC_SCOPE] },
      { ...resource, audience: fusionAudience, scopes: [fusionScope] },
    ],
  })
  instance = await startIntegration({
    issuer: () => domain.issuer,
    jwks: () => domain.publicKeys(),
    audience: OIC_AUDIENCE,
    scope: OIC_SCOPE,
    serviceInvokers: new Set(),
  })
  principal = await createResourcePrincipal()
  Object.assign(process.env, principal.environment)
  vault = await startVault({ trust: [principal] })
  const { introspector, oicInvoker } = stack.registrations
  vault.addSecret(SECRET_OCIDS.introspection, introspector.clientSecret)
  vault.addSecret(SECRET_OCIDS.backend, oicInvoker.clientSecret)
})
afterAll(async () => {
  await Promise.all([stack.close(), domain.close(), instance.close(), vault.close()])
  principal.remove()
})

type Json = Record<string, unknown>

/** As it is deployed, with the OCID of a function. `change` gets the specification's text. */
function deployment(change: (text: string) => string = (text) => text): Json {
  const text = JSON.stringify(stack.deployments[0]?.specification)
  const named = text.replace(/ocid1\.fnfunc[^"]*/, 'ocid1.fnfunc.oc1.phx.aaaaaaaaexample')
  return JSON.parse(change(named)) as Json
}

interface Route {
  requestPolicies: Json & { headerTransformations?: Json }
}

/** `change` gets the second route, which leads to Oracle Integration. */
function deploymentWithRoute(change: (route: Route) => void): Json {
  const specification = deployment() as unknown as { routes: [Route, Route] }
  change(specification.routes[1])
  return specification
}

interface Change {
  readonly config?: Readonly<Record<string, string | undefined>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly examination?: Partial<Examination>
}

async function examine({ config, secrets, examination }: Change = {}): Promise<readonly Check[]> {
  const { introspector, oicInvoker } = stack.registrations
  const allSecrets = {
    [SECRET_OCIDS.introspection]: introspector.clientSecret,
    [SECRET_OCIDS.backend]: oicInvoker.clientSecret,
    ...secrets,
  }
  const checks: Check[] = []
  for await (const check of diagnose({
    configuration: { ...stack.config, ...config },
    secrets: new Map(
      Object.entries(allSecrets).map(([ocid, secret]) => [ocid, new Redacted(secret)]),
    ),
    vault: undefined,
    deployment: deployment(),
    oic: stack.integration.url,
    token,
    clock: systemClock,
    ...examination,
  })) {
    checks.push(check)
  }
  const printed = checks.map(toLine).join('\n') + JSON.stringify(toJsonReport(checks))
  const values = Object.values(allSecrets).filter((secret) => secret.trim() !== '')
  for (const secret of [...values, secondSecret, token]) {
    expect(printed).not.toContain(secret.trim())
    // A hash without a key would allow to guess passwords.
    const hash = createHash('sha256').update(secret).digest('hex')
    expect(printed).not.toContain(hash.slice(0, 8))
  }
  return checks
}

function secondApplication() {
  return {
    back_end_token_endpoint: domain.tokenEndpoint,
    back_end_app_client_id: SECOND,
  }
}

describe('a working set-up', () => {
  it('has no failure, from the configuration to the route', async () => {
    const invocations = stack.authorizer.log.length
    const route = `${stack.gateway.url}/oic/echo/hello`

    const checks = await examine({ examination: { route } })

    expect(checks.filter(({ status }) => status === 'fail' || status === 'warn')).toStrictEqual([])
    expect(new Set(checks.map(({ name }) => name))).toStrictEqual(
      new Set([
        'configuration',
        'secret',
        'endpoint',
        'clock',
        'introspection',
        'backend token',
        'backend',
        'caller’s token',
        'deployment',
        'route',
      ]),
    )
    const decisions = stack.authorizer.log
      .slice(invocations)
      .filter(({ line }) => line.includes('"decision"') && line.includes('"permit"'))
    expect(decisions).toHaveLength(1)
  })

  it('reads secrets from Vault as the function does', async () => {
    const checks = await examine({
      config: { vault_secrets_endpoint: vault.url },
      examination: { secrets: new Map(), vault: functionsVault },
    })

    expect(firstFailure(checks)).toBeUndefined()
    expect(checks.filter(({ name }) => name === 'secret').map(({ status }) => status)).toEqual([
      'ok',
      'ok',
    ])
  })

  it('skips checks that need a secret that was not given', async () => {
    const checks = await examine({ examination: { secrets: new Map() } })

    expect(firstFailure(checks)).toBeUndefined()
    expect(checks.filter(({ status }) => status === 'skip').map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'secret',
        'introspection',
        'backend token',
        'caller’s token',
        'route',
      ]),
    )
  })
})

function functionsVault(settings: Parameters<NonNullable<Examination['vault']>>[0]) {
  return createPorts(settings, undefined, systemClock, () => undefined).secrets
}

interface Broken {
  readonly change: () => Change
  readonly name: string
  readonly detail: RegExp
  readonly remedy: RegExp
}

function clockOff(seconds: number): Change {
  return { examination: { clock: { now: () => numericDate(systemClock.now() + seconds) } } }
}

const BROKEN: Readonly<Record<string, Broken>> = {
  'wrong audience': {
    change: () => ({ config: { audience: 'https://another-api.example.com/' } }),
    name: 'caller’s token',
    detail: /audience_mismatch.*another-api/,
    remedy: /correct `audience`/,
  },
  'scope without host': {
    change: () => ({ config: { back_end_scope: OIC_SCOPE } }),
    name: 'configuration',
    detail: /has no host/,
    remedy: /begins with https/,
  },
  'scope with a blank': {
    change: () => ({ config: { back_end_scope: `${OIC_AUDIENCE} ${OIC_SCOPE}` } }),
    name: 'configuration',
    detail: /blank inside a scope/,
    remedy: /without the blank/,
  },
  'two resources in one token': {
    change: () => ({
      config: {
        ...secondApplication(),
        back_end_scope: `${OIC_AUDIENCE}${OIC_SCOPE} ${FUSION_SCOPE}`,
      },
      secrets: { [SECRET_OCIDS.backend]: secondSecret },
    }),
    name: 'backend token',
    detail: /invalid_scope/,
    remedy: /two resources/,
  },
  'ServiceInvoker missing': {
    change: () => ({
      config: secondApplication(),
      secrets: { [SECRET_OCIDS.backend]: secondSecret },
      examination: { oic: instance.url },
    }),
    name: 'backend',
    detail: /status 401/,
    remedy: /role ServiceInvoker/,
  },
  'Introspect not allowed': {
    change: () => ({
      config: { idcs_app_client_id: stack.registrations.partnerB.clientId },
      secrets: { [SECRET_OCIDS.introspection]: stack.registrations.partnerB.clientSecret },
    }),
    name: 'introspection',
    detail: /introspection_refused/,
    remedy: /tick Introspect/,
  },
  'application not activated': {
    // A domain knows the client of an application only while that is active.
    change: () => ({ config: { back_end_app_client_id: 'not-activated' } }),
    name: 'backend token',
    detail: /invalid_client/,
    remedy: /not-activated and activate it/,
  },
  'application for introspection not activated': {
    change: () => ({ config: { idcs_app_client_id: 'not-activated' } }),
    name: 'introspection',
    detail: /invalid_client|introspection_refused/,
    remedy: /not-activated and activate it/,
  },
  'keys protected': {
    change: () => ({
      config: { validation: 'jwt', jwks_uri: stack.callers.jwksUri, jwks_access: 'public' },
    }),
    name: 'keys',
    detail: /status_401/,
    remedy: /Access signing certificate/,
  },
  'keys protected, nothing configured': {
    change: () => ({ config: { validation: 'jwt', jwks_uri: stack.callers.jwksUri } }),
    name: 'configuration',
    detail: /protects its keys/,
    remedy: /client_credentials/,
  },
  'Vault policy missing': {
    change: () => {
      vault.removeAccess(SECRET_OCIDS.backend)
      return {
        config: { vault_secrets_endpoint: vault.url },
        examination: { secrets: new Map(), vault: functionsVault },
      }
    },
    name: 'secret',
    detail: /status_404/,
    remedy: /read secret-bundles/,
  },
  'secret with a line break': {
    change: () => ({
      secrets: { [SECRET_OCIDS.backend]: `${stack.registrations.oicInvoker.clientSecret}\n` },
    }),
    name: 'secret',
    detail: /line break/,
    remedy: /printf %s/,
  },
  'stack applied, and not rotated yet': {
    change: () => ({ secrets: { [SECRET_OCIDS.backend]: PLACEHOLDER } }),
    name: 'secret',
    detail: /placeholder of the Terraform stack/,
    remedy: /npm run rotate/,
  },
  'secret of the other application': {
    change: () => ({
      secrets: { [SECRET_OCIDS.backend]: stack.registrations.introspector.clientSecret },
    }),
    name: 'secret',
    detail: /is the secret of gateway-authorizer, too/,
    remedy: /own secret: copy that of oic-invoker/,
  },
  'wrong argument name': {
    change: () => ({
      examination: {
        deployment: deployment((text) => text.replaceAll('"token"', '"access_token"')),
      },
    }),
    name: 'deployment',
    detail: /no argument token/,
    remedy: /request\.headers\[Authorization\]/,
  },
  'Bearer doubled': {
    change: () => ({
      examination: {
        deployment: deployment((text) =>
          text.replaceAll('${request.auth', 'Bearer ${request.auth'),
        ),
      },
    }),
    name: 'deployment',
    detail: /puts Bearer before/,
    remedy: /Set Authorization to/,
  },
  'transformation missing on one route': {
    change: () => {
      const specification = deployment() as { routes: { requestPolicies: Json }[] }
      delete specification.routes[2]?.requestPolicies['headerTransformations']
      return { examination: { deployment: specification } }
    },
    name: 'deployment',
    detail: /does not set Authorization/,
    remedy: /OVERWRITE/,
  },
  'another authentication policy': {
    change: () => ({
      examination: {
        deployment: deployment((text) =>
          text.replace('CUSTOM_AUTHENTICATION', 'TOKEN_AUTHENTICATION'),
        ),
      },
    }),
    name: 'deployment',
    detail: /is not CUSTOM_AUTHENTICATION/,
    remedy: /deploy\/api-deployment/,
  },
  'clock ten minutes ahead': {
    change: () => clockOff(600),
    name: 'clock',
    detail: /(599|600|601) s ahead/,
    remedy: /set-ntp/,
  },
  'clock ten minutes behind': {
    change: () => clockOff(-600),
    name: 'clock',
    detail: /(599|600|601) s behind/,
    remedy: /set-ntp/,
  },
  'the domains of OIC and the callers swapped': {
    change: () => ({
      config: {
        idcs_introspection_endpoint: stack.oicDomain.introspectionEndpoint,
        back_end_token_endpoint: stack.callers.tokenEndpoint,
      },
    }),
    name: 'introspection',
    detail: /introspection_refused/,
    remedy: /domains are swapped/,
  },
}

describe('a backend with a grant on behalf of the caller', () => {
  function inUsersName(config: Readonly<Record<string, string>> = {}): Change {
    const { invokersKey } = stack.registrations
    return {
      config: {
        back_end_grant: 'jwt_bearer',
        back_end_assertion_key_ocid: SECRET_OCIDS.invokersKey,
        back_end_assertion_key_id: invokersKey.publicKey.kid,
        ...config,
      },
      secrets: { [SECRET_OCIDS.invokersKey]: invokersKey.privateKey },
    }
  }
  const asUser = async (user: string): Promise<Partial<Examination>> => ({
    token: await stack.requestUserToken(user, `${API_AUDIENCE}echo:invoke`),
  })

  it('is checked with the caller’s token', async () => {
    const checks = await examine({ ...inUsersName(), examination: await asUser(ALICE) })

    expect(firstFailure(checks)).toBeUndefined()
    expect(
      checks.filter(({ name }) => name.startsWith('backend')).map(({ status }) => status),
    ).toEqual(['ok', 'ok'])
  })

  it('is skipped without the caller’s token, with the reason', async () => {
    const checks = await examine({ ...inUsersName(), examination: { token: undefined } })

    expect(checks.find(({ name }) => name === 'backend token')).toMatchObject({
      status: 'skip',
      detail: expect.stringContaining('jwt_bearer requests it in the caller’s name: give a token'),
    })
  })

  it('fails for a user who is unknown in Oracle Integration’s domain', async () => {
    const checks = await examine({ ...inUsersName(), examination: await asUser(BOB) })

    expect(firstFailure(checks)).toMatchObject({
      name: 'backend token',
      detail: expect.stringContaining('invalid_grant'),
      remedy: expect.stringContaining('the user in the claim sub must exist'),
    })
  })

  it('fails for a certificate that is unknown in the domain', async () => {
    const change = inUsersName({ back_end_assertion_key_id: 'another-certificate' })
    const checks = await examine({ ...change, examination: await asUser(ALICE) })

    expect(firstFailure(checks)).toMatchObject({ name: 'backend token' })
  })
})

/** Those that people met since; each stands for its kind. */
const MORE_BROKEN: Readonly<Record<string, Broken>> = {
  'the secret of the back end’s client has expired': {
    change: () => ({ secrets: { [SECRET_OCIDS.backend]: 'an-old-secret' } }),
    name: 'backend token',
    detail: /invalid_client/,
    remedy: /open the application of oic-invoker.*new version of ocid1\.vaultsecret\.\S*oicinvoker/,
  },
  'the secret is stored in base64': {
    change: () => ({
      secrets: {
        [SECRET_OCIDS.backend]: Buffer.from('some-client-secret').toString('base64'),
      },
    }),
    name: 'backend token',
    detail: /invalid_client/,
    remedy: /encoded in base64/,
  },
  'the secret is stored in quotation marks': {
    change: () => ({
      secrets: { [SECRET_OCIDS.backend]: `"${stack.registrations.oicInvoker.clientSecret}"` },
    }),
    name: 'backend token',
    detail: /invalid_client/,
    remedy: /in quotation marks/,
  },
  'the secret is empty': {
    change: () => ({ secrets: { [SECRET_OCIDS.backend]: '\n' } }),
    name: 'secret',
    detail: /is empty/,
    remedy: /new version of/,
  },
  'the secret is an OCID': {
    change: () => ({ secrets: { [SECRET_OCIDS.backend]: 'ocid1.vaultsecret.oc1.phx.other' } }),
    name: 'secret',
    detail: /is an OCID/,
    remedy: /the secret itself/,
  },
  'the OCID is that of a vault': {
    change: () => ({ config: { back_end_client_secret_ocid: 'ocid1.vault.oc1.phx.one' } }),
    name: 'secret',
    detail: /not the OCID of a secret/,
    remedy: /ocid1\.vaultsecret/,
  },
  'the secret is in another region than the function': {
    change: () => ({
      config: { back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.iad.oicinvoker' },
    }),
    name: 'secret',
    detail: /in the region us-ashburn-1, and the function reads secrets in us-phoenix-1/,
    remedy: /vault of us-phoenix-1/,
  },
  'the secrets of the two clients are swapped': {
    change: () => ({
      secrets: {
        [SECRET_OCIDS.backend]: stack.registrations.introspector.clientSecret,
        [SECRET_OCIDS.introspection]: stack.registrations.oicInvoker.clientSecret,
      },
    }),
    name: 'introspection',
    detail: /introspection_refused/,
    remedy: /the two secrets are swapped/,
  },
  'the two client IDs are swapped': {
    change: () => ({
      config: {
        idcs_app_client_id: stack.registrations.oicInvoker.clientId,
        back_end_app_client_id: stack.registrations.introspector.clientId,
      },
    }),
    name: 'introspection',
    detail: /introspection_refused/,
    remedy: /the two client IDs are swapped/,
  },
  'the client for introspection is one of the other domain': {
    change: () => ({
      config: { idcs_app_client_id: stack.registrations.oicInvoker.clientId },
      secrets: { [SECRET_OCIDS.introspection]: stack.registrations.oicInvoker.clientSecret },
    }),
    name: 'introspection',
    detail: /introspection_refused/,
    remedy: /oic-invoker is a client of .*this client or this endpoint is one of the other domain/,
  },
  'the endpoint for introspection is in the other domain': {
    change: () => ({
      config: { idcs_introspection_endpoint: stack.oicDomain.introspectionEndpoint },
    }),
    name: 'introspection',
    detail: /introspection_refused/,
    remedy: /^The endpoint is in the domain of the back end’s token endpoint/,
  },
  'tokens come from another domain than the endpoint’s': {
    change: () => ({
      config: { idcs_introspection_endpoint: stack.otherCallers.introspectionEndpoint },
    }),
    name: 'caller’s token',
    detail: /token_inactive/,
    remedy: /not expired by its own exp/,
  },
  'the host of the domain does not exist': {
    change: () => ({
      config: {
        back_end_token_endpoint:
          'https://idcs-0123456789abcdef0123456789abcdef.identity.invalid/oauth2/v1/token',
      },
    }),
    name: 'endpoint',
    detail: /no address/,
    remedy: /Copy the address again/,
  },
  'the path of the token endpoint is doubled': {
    change: () => ({
      config: { back_end_token_endpoint: `${stack.oicDomain.tokenEndpoint}/oauth2/v1/token` },
    }),
    name: 'backend token',
    detail: /status_404/,
    remedy: /compare the path \/oauth2\/v1\/token\/oauth2\/v1\/token/,
  },
  'the path of the keys is another one': {
    change: () => ({
      config: {
        validation: 'jwt',
        jwks_uri: stack.callers.jwksUri.replace('/jwk', '/keys'),
        jwks_access: 'public',
      },
    }),
    name: 'keys',
    detail: /status_404/,
    remedy: /compare the path \/admin\/v1\/SigningCert\/keys/,
  },
  'the client for protected keys is unknown there': {
    change: () => ({
      config: {
        validation: 'jwt',
        jwks_uri: stack.oicDomain.jwksUri,
        jwks_access: 'client_credentials',
      },
    }),
    name: 'keys',
    detail: /token_invalid_client/,
    remedy: /open the application of gateway-authorizer/,
  },
  'the scope is that of an unknown instance': {
    change: () => ({ config: { back_end_scope: `${SIBLING_AUDIENCE}${OIC_SCOPE}` } }),
    name: 'backend token',
    detail: /invalid_scope/,
    remedy: /no token for https:\/\/F0F1\S+ to our application.*Compare the scope/,
  },
  'the scope is that of a sibling instance': {
    change: () => ({
      config: { ...secondApplication(), back_end_scope: `${SIBLING_AUDIENCE}${OIC_SCOPE}` },
      secrets: { [SECRET_OCIDS.backend]: secondSecret },
      examination: { oic: instance.url },
    }),
    name: 'backend',
    detail: /status 401 to a token for https:\/\/F0F1/,
    remedy: /Compare that audience .* another instance’s/,
  },
  'the audience is that of a sibling API': {
    change: () => ({ config: { audience: 'https://api-test.example.com/' } }),
    name: 'caller’s token',
    detail: /audience_mismatch: expected https:\/\/api-test.*found https:\/\/api\.example/,
    remedy: /correct `audience`/,
  },
  'the issuer is the domain’s own address': {
    change: () => ({ config: { issuer: stack.callers.url } }),
    name: 'caller’s token',
    detail: /issuer_mismatch: expected .*found iss https:\/\/identity\.oraclecloud\.com\//,
    remedy: /Identity domains use/,
  },
  'the configuration is larger than 4 KB': {
    change: () => ({ config: { context_claims: 'claim '.repeat(800) } }),
    name: 'configuration',
    detail: /4 KB/,
    remedy: /authorizer_config_secret_ocid/,
  },
  'the cache key lacks the token': {
    change: () => ({
      examination: {
        deployment: deployment((text) =>
          text.replace('"cacheKey":["token"]', '"cacheKey":["opc_request_id"]'),
        ),
      },
    }),
    name: 'deployment',
    detail: /cacheKey.*|does not have token/,
    remedy: /one call’s answer to another/,
  },
  'the transformation appends': {
    change: () => ({
      examination: { deployment: deployment((text) => text.replaceAll('OVERWRITE', 'APPEND')) },
    }),
    name: 'deployment',
    detail: /does not overwrite/,
    remedy: /OVERWRITE/,
  },
  'the transformation skips': {
    change: () => ({
      examination: { deployment: deployment((text) => text.replaceAll('OVERWRITE', 'SKIP')) },
    }),
    name: 'deployment',
    detail: /does not overwrite/,
    remedy: /OVERWRITE/,
  },
  'the variable in the transformation is misspelt': {
    change: () => ({
      examination: {
        deployment: deployment((text) => text.replaceAll('back_end_token', 'backend_token')),
      },
    }),
    name: 'deployment',
    detail: /request\.auth\[backend_token\]/,
    remedy: /request\.auth\[back_end_token\]/,
  },
  'the variable in the transformation is not marked': {
    change: () => ({
      examination: {
        deployment: deployment((text) =>
          text.replaceAll('${request.auth[back_end_token]}', 'request.auth[back_end_token]'),
        ),
      },
    }),
    name: 'deployment',
    detail: /to the token alone/,
    remedy: /\$\{request\.auth\[back_end_token\]\}/,
  },
  'a filter removes the header again': {
    change: () => ({
      examination: {
        deployment: deploymentWithRoute(({ requestPolicies }) => {
          Object.assign(requestPolicies.headerTransformations ?? {}, {
            filterHeaders: { type: 'ALLOW', items: [{ name: 'Accept' }] },
          })
        }),
      },
    }),
    name: 'deployment',
    detail: /removes Authorization/,
    remedy: /ALLOW list/,
  },
  'the header of the argument is misspelt': {
    change: () => ({
      examination: {
        deployment: deployment((text) =>
          text.replace('headers[Authorization]', 'headers[Authorisation]'),
        ),
      },
    }),
    name: 'deployment',
    detail: /not where callers send the token/,
    remedy: /request\.headers\[Authorization\]/,
  },
  'the argument is no expression': {
    change: () => ({
      examination: {
        deployment: deployment((text) =>
          text.replace('request.headers[Authorization]', 'request.header[Authorization]'),
        ),
      },
    }),
    name: 'deployment',
    detail: /not an expression/,
    remedy: /request\.headers\[Authorization\]/,
  },
  'a route with a token is open': {
    change: () => ({
      examination: {
        deployment: deploymentWithRoute(({ requestPolicies }) => {
          requestPolicies['authorization'] = { type: 'ANONYMOUS' }
        }),
      },
    }),
    name: 'deployment',
    detail: /ANONYMOUS/,
    remedy: /AUTHENTICATION_ONLY/,
  },
  'only a text of the deployment has the name of the policy': {
    change: () => ({
      examination: {
        deployment: deployment((text) =>
          text
            .replace('"type":"CUSTOM_AUTHENTICATION"', '"type":"JWT_AUTHENTICATION"')
            .replace('"body":"', '"body":"CUSTOM_AUTHENTICATION '),
        ),
      },
    }),
    name: 'deployment',
    detail: /is not CUSTOM_AUTHENTICATION/,
    remedy: /deploy\/api-deployment/,
  },
  'headers that the deployment sets are too large': {
    change: () => ({
      examination: {
        deployment: deploymentWithRoute(({ requestPolicies }) => {
          const { headerTransformations } = requestPolicies
          const { items } = headerTransformations?.['setHeaders'] as { items: Json[] }
          items.push({ name: 'X-Note', values: ['n'.repeat(8192)], ifExists: 'OVERWRITE' })
        }),
      },
    }),
    name: 'deployment',
    detail: /sets \d+ bytes of headers \(X-Note 8202, Authorization \d+\)/,
    remedy: /8 KB/,
  },
}

describe('a broken set-up', () => {
  it('is reported if the backend’s token is requested in the callers’ domain', async () => {
    const checks = await examine({
      config: { back_end_token_endpoint: stack.callers.tokenEndpoint },
    })

    expect(firstFailure(checks)).toMatchObject({
      name: 'backend token',
      remedy: expect.stringContaining('The token endpoint is in the callers’ domain'),
    })
  })

  it.each(Object.entries({ ...BROKEN, ...MORE_BROKEN }))(
    '%s: is the first failure, with its remedy',
    async (_title, { change, name, detail, remedy }) => {
      const checks = await examine(change())

      expect(firstFailure(checks)).toMatchObject({
        name,
        detail: expect.stringMatching(detail),
        remedy: expect.stringMatching(remedy),
      })
    },
  )

  it('is checked to the end if a server does not answer', async () => {
    const checks = await examine({
      config: { back_end_token_endpoint: 'http://127.0.0.1:1/oauth2/v1/token' },
    })

    expect(firstFailure(checks)).toMatchObject({
      name: 'endpoint',
      subject: 'http://127.0.0.1:1',
      detail: 'the connection is refused',
    })
    expect(checks.filter(({ status }) => status === 'ok').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['introspection', 'caller’s token', 'deployment']),
    )
  })

  it('shows which server sent a route’s 404', async () => {
    const route = `${stack.gateway.url}/oic/nowhere`

    const checks = await examine({ examination: { route } })

    expect(firstFailure(checks)).toMatchObject({
      name: 'route',
      remedy: expect.stringContaining('Compare path prefix'),
    })
  })
})

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

function run(words: readonly string[], input: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/doctor.ts', ...words], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  child.stdin.end(input)
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (status) => {
      resolve({ status, ...output })
    })
  })
}

describe('npm run doctor', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  function write(name: string, content: unknown): string {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(content))
    return path
  }

  function words(config: Readonly<Record<string, string>>): readonly string[] {
    const { introspector, oicInvoker } = stack.registrations
    const secrets = {
      [introspector.clientId]: introspector.clientSecret,
      [SECRET_OCIDS.backend]: oicInvoker.clientSecret,
    }
    return [
      ...['--config', write('config.json', { ...stack.config, ...config })],
      ...['--secrets', write('secrets.json', secrets)],
      ...['--oic', stack.integration.url],
      ...['--deployment', write('deployment.json', deployment())],
      ...['--gateway', stack.gateway.url, '--route', '/oic/echo/hello'],
    ]
  }

  it('prints one line for each check and exits with 0 without a failure', async () => {
    const { status, stdout, stderr } = await run(words({}), `Bearer ${token}\n`)

    expect({ status, stderr }).toStrictEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^ok {4}configuration: /)
    expect(stdout).toMatch(/\nNo failure: \d+ ok, 0 warnings, 0 failures, /)
    expect(stdout).not.toContain(token)
  })

  it('prints JSON and exits with 1 for a failure', async () => {
    const { status, stdout } = await run(
      [...words({ back_end_app_client_id: 'not-activated' }), '--json'],
      token,
    )

    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      first_failure: { name: 'backend token', status: 'fail' },
    })
  })

  it.each([
    ['no configuration', () => [], /--config is missing/],
    [
      'a file that is no configuration',
      () => ['--config', write('a.json', [1])],
      /cannot be checked/,
    ],
    [
      'a gateway without a route',
      () => ['--config', write('b.json', {}), '--gateway', 'https://a.example'],
      /both --gateway and --route/,
    ],
    ['a route of another form', () => ['--route', 'echo'], /begins with \//],
  ])('rejects %s in one line', async (_title, args, message) => {
    const { status, stdout, stderr } = await run(args(), '')

    expect({ status, stdout }).toStrictEqual({ status: 64, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})
