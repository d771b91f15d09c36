/**
 * The built function with a real Keycloak as both identity providers, and with Vault and Oracle
 * Integration of the local stack.
 */
import { fileURLToPath } from 'node:url'
import { deployFunction, type FnFunction } from '../../stack/fn-agent.ts'
import { echoPath, startIntegration, type Integration } from '../../stack/integration.ts'
import { createResourcePrincipal, type ResourcePrincipal } from '../../stack/resource-principal.ts'
import { startVault, type Vault } from '../../stack/vault.ts'
import { administer, type KeycloakAdmin } from './keycloak/admin.ts'
import {
  apiAudience,
  apiScope,
  createCast,
  oicAudience,
  oicScope,
  type Cast,
} from './keycloak/cast.ts'
import { startKeycloak, type KeycloakServer } from './keycloak/server.ts'

export type Config = Readonly<Record<string, string>>

/** The function's answer to one call, and the reason in its log. */
export interface Decision {
  readonly outcome: 'permit' | 'deny' | 'fault'
  readonly reason: unknown
  readonly answer: Readonly<Record<string, unknown>>
  /** The value for OIC's `Authorization`; empty unless the call is permitted. */
  readonly backEndToken: string
}

export interface Authorizer {
  /** `args`: further arguments of the gateway's call. */
  decide(token: string, args?: Readonly<Record<string, string>>): Promise<Decision>
}

/** The clients of ours that have a secret in Vault. */
export type ClientWithSecret = 'introspector' | 'oicInvoker' | 'exchanger'

export interface Harness {
  readonly keycloak: KeycloakServer
  readonly admin: KeycloakAdmin
  readonly cast: Cast
  /** The function with the flat keys for OIC and these; its first call is a cold start. */
  deploy(config: Config): Authorizer
  /** Has Keycloak generate a new secret for the client, and stores it in Vault. */
  rotateSecret(client: ClientWithSecret): Promise<void>
  /** The status of the Echo integration for these credentials. */
  callIntegration(authorization: string): Promise<number>
  close(): Promise<void>
}

const secretOcids = {
  introspector: 'ocid1.vaultsecret.oc1.phx.introspectionclient',
  oicInvoker: 'ocid1.vaultsecret.oc1.phx.oicinvoker',
  wrong: 'ocid1.vaultsecret.oc1.phx.wrong',
  oicInvokersKey: 'ocid1.vaultsecret.oc1.phx.oicinvokerskey',
  exchanger: 'ocid1.vaultsecret.oc1.phx.exchanger',
} as const

/** Starts everything; when a part fails to start, those before it are stopped. */
export async function startHarness(keycloakHome: string): Promise<Harness> {
  const endings: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) await end()
  }
  try {
    const keycloak = await startKeycloak(keycloakHome)
    endings.push(() => keycloak.stop())
    const admin = administer(keycloak)
    const cast = await createCast(admin, keycloak.url)

    const integration = await startOic(cast)
    endings.push(() => integration.close())
    const principal = await createResourcePrincipal()
    endings.push(() => {
      principal.remove()
    })
    const vault = await startVault({ trust: [principal] })
    endings.push(() => vault.close())
    vault.addSecret(secretOcids.introspector, cast.introspector.clientSecret)
    vault.addSecret(secretOcids.oicInvoker, cast.oicInvoker.clientSecret)
    vault.addSecret(secretOcids.wrong, 'not the secret')
    vault.addSecret(secretOcids.oicInvokersKey, cast.oicInvokerByKey.privateKey)
    vault.addSecret(secretOcids.exchanger, cast.exchanger.clientSecret)

    return {
      keycloak,
      admin,
      cast,
      deploy: (config) => {
        const authorizer = deploy({ ...backEnd(cast, vault), ...config }, principal)
        endings.push(() => authorizer.stop())
        return { decide: (token, args = {}) => decide(authorizer, token, args) }
      },
      rotateSecret: async (name) => {
        const realm = name === 'oicInvoker' ? cast.oic : cast.callers
        const secret = await admin.regenerateSecret(realm.name, cast[name].clientId)
        vault.rotate(secretOcids[name], secret)
      },
      callIntegration: (authorization) => callEcho(integration, authorization),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The flat keys for the validation of callers' tokens from a realm of Keycloak. */
export function configFor(
  validation: 'introspection' | 'jwt' | 'jwt_and_introspection',
  { callers, introspector }: Cast,
): Config {
  const introspection = {
    idcs_introspection_endpoint: callers.introspectionEndpoint,
    idcs_app_client_id: introspector.clientId,
    idcs_app_client_secret_ocid: secretOcids.introspector,
  }
  const jwt = { jwks_uri: callers.jwksUri, algorithms: 'RS256' }
  return {
    validation,
    audience: apiAudience,
    issuer: callers.issuer,
    required_scopes: apiScope,
    ...(validation === 'jwt' ? {} : introspection),
    ...(validation === 'introspection' ? {} : jwt),
  }
}

/** A private key in Vault instead of a client secret. */
export function byPrivateKey({ oicInvokerByKey }: Cast): Config {
  return {
    back_end_client_auth: 'private_key_jwt',
    back_end_app_client_id: oicInvokerByKey.clientId,
    back_end_client_secret_ocid: secretOcids.oicInvokersKey,
    back_end_assertion_key_id: 'ours',
  }
}

/** Exchanges the callers' tokens for others of their own realm. */
export function byExchange({ callers, exchanger }: Cast): Config {
  return {
    back_end_grant: 'token_exchange',
    back_end_token_endpoint: callers.tokenEndpoint,
    back_end_app_client_id: exchanger.clientId,
    back_end_client_secret_ocid: secretOcids.exchanger,
    back_end_scope: apiScope,
  }
}

/** A secret for introspection that differs from Keycloak's. */
export const wrongIntrospectionSecret: Config = { idcs_app_client_secret_ocid: secretOcids.wrong }

/**
 * Two backends that share a client, chosen by the argument `backend`: the second one needs a token when
 * the client's secret has been read already.
 */
export function twoBackEnds({ callers, oic, oicInvoker }: Cast): Config {
  const backend = (name: string, rest: object) => ({
    name,
    ...rest,
    token_endpoint: oic.tokenEndpoint,
    client: { client_id: oicInvoker.clientId, client_secret_ocid: secretOcids.oicInvoker },
  })
  return {
    authorizer_config: JSON.stringify({
      issuers: [
        {
          name: 'callers',
          audience: [apiAudience],
          issuer: callers.issuer,
          jwks_uri: callers.jwksUri,
        },
      ],
      backends: [
        backend('second', {
          when: { arguments: { backend: 'second' } },
          scope: `openid ${oicScope}`,
        }),
        backend('first', { scope: oicScope }),
      ],
    }),
  }
}

function backEnd({ oic, oicInvoker }: Cast, vault: Vault): Config {
  return {
    back_end_token_endpoint: oic.tokenEndpoint,
    back_end_app_client_id: oicInvoker.clientId,
    back_end_client_secret_ocid: secretOcids.oicInvoker,
    back_end_scope: oicScope,
    vault_secrets_endpoint: vault.url,
  }
}

async function startOic({ oic, oicInvoker, oicInvokerByKey }: Cast): Promise<Integration> {
  // Fetched once, so that OIC still works after Keycloak has stopped.
  const keys = await oic.publicKeys()
  return startIntegration({
    issuer: () => oic.issuer,
    jwks: () => keys,
    audience: oicAudience,
    scope: oicScope,
    serviceInvokers: new Set([oicInvoker.clientId, oicInvokerByKey.clientId]),
  })
}

/** One instance at most, so that a later call finds the caches of an earlier one. */
function deploy(config: Config, principal: ResourcePrincipal): FnFunction {
  return deployFunction({
    functionId: 'ocid1.fnfunc.oc1.phx.interop',
    entry: fileURLToPath(new URL('../../dist/func.js', import.meta.url)),
    config,
    platformEnvironment: principal.environment,
    maxInstances: 1,
  })
}

async function decide(
  authorizer: FnFunction,
  token: string,
  args: Readonly<Record<string, string>>,
): Promise<Decision> {
  const data = { ...args, token: `Bearer ${token}` }
  const { status, body } = await authorizer.invoke(JSON.stringify({ type: 'USER_DEFINED', data }))
  const answer = JSON.parse(body.toString()) as Record<string, unknown>
  const { back_end_token = '' } = (answer['context'] ?? {}) as Record<string, string>
  const logged = authorizer.jsonLog().findLast((line) => line['event'] === 'decision')
  return {
    outcome: status !== 200 ? 'fault' : answer['active'] === true ? 'permit' : 'deny',
    reason: logged?.['reason'],
    answer,
    backEndToken: back_end_token,
  }
}

async function callEcho({ url }: Integration, authorization: string): Promise<number> {
  const answer = await fetch(`${url}${echoPath}/hello`, { headers: { authorization } })
  await answer.arrayBuffer()
  return answer.status
}
