/** The built function with a real Keycloak, and with Vault and Oracle Integration of the local stack. */
import { fileURLToPath } from 'node:url'
import { deployFunction } from '../../stack/fn-agent.ts'
import { echoPath, startIntegration, type Integration } from '../../stack/integration.ts'
import { createResourcePrincipal } from '../../stack/resource-principal.ts'
import { startVault } from '../../stack/vault.ts'
import { administer } from './keycloak/admin.ts'
import {
  apiAudience,
  apiScope,
  createRealms,
  oicAudience,
  oicScope,
  type Realms,
} from './keycloak/realms.ts'
import { startKeycloak } from './keycloak/server.ts'

type Config = Readonly<Record<string, string>>

/** A client with a secret in Vault. */
type ClientWithSecret = 'introspector' | 'oicInvoker' | 'exchanger'

export type Authorizer = ReturnType<Awaited<ReturnType<typeof startHarness>>['deploy']>
export type Decision = Awaited<ReturnType<Authorizer['decide']>>

const secretOcids = {
  introspector: 'ocid1.vaultsecret.oc1.phx.introspectionclient',
  oicInvoker: 'ocid1.vaultsecret.oc1.phx.oicinvoker',
  wrong: 'ocid1.vaultsecret.oc1.phx.wrong',
  oicInvokersKey: 'ocid1.vaultsecret.oc1.phx.oicinvokerskey',
  exchanger: 'ocid1.vaultsecret.oc1.phx.exchanger',
} as const

/** Starts all servers. If one does not start, the others are stopped. */
export async function startHarness(keycloakHome: string) {
  const cleanups: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  }
  try {
    const keycloak = await startKeycloak(keycloakHome)
    cleanups.push(() => keycloak.stop())
    const admin = administer(keycloak)
    const realms = await createRealms(admin, keycloak.url)

    const integration = await startOic(realms)
    cleanups.push(() => integration.close())
    const principal = await createResourcePrincipal()
    cleanups.push(() => {
      principal.remove()
    })
    const vault = await startVault({ trust: [principal] })
    cleanups.push(() => vault.close())
    vault.addSecret(secretOcids.introspector, realms.introspector.clientSecret)
    vault.addSecret(secretOcids.oicInvoker, realms.oicInvoker.clientSecret)
    vault.addSecret(secretOcids.wrong, 'not the secret')
    vault.addSecret(secretOcids.oicInvokersKey, realms.oicInvokerByKey.privateKey)
    vault.addSecret(secretOcids.exchanger, realms.exchanger.clientSecret)

    return {
      keycloak,
      admin,
      realms,
      /** The function with these keys and the flat keys of the backend. Its first call is a cold start. */
      deploy: (config: Config) => {
        const authorizer = deployFunction({
          functionId: 'ocid1.fnfunc.oc1.phx.interop',
          entry: fileURLToPath(new URL('../../dist/func.js', import.meta.url)),
          config: { ...backEnd(realms), vault_secrets_endpoint: vault.url, ...config },
          platformEnvironment: principal.environment,
          // All calls use the same caches.
          maxInstances: 1,
        })
        cleanups.push(() => authorizer.stop())
        return {
          /** `args`: further arguments of the gateway's call. */
          decide: async (token: string, args: Readonly<Record<string, string>> = {}) => {
            const data = { ...args, token: `Bearer ${token}` }
            const payload = JSON.stringify({ type: 'USER_DEFINED', data })
            const { status, body } = await authorizer.invoke(payload)
            const answer = JSON.parse(body.toString()) as Record<string, unknown>
            const { back_end_token = '' } = (answer['context'] ?? {}) as Record<string, string>
            const isDecision = (line: Record<string, unknown>) => line['event'] === 'decision'
            return {
              outcome: status !== 200 ? 'fault' : answer['active'] === true ? 'permit' : 'deny',
              /** From the log. */
              reason: authorizer.jsonLog().findLast(isDecision)?.['reason'],
              answer,
              /** The value for OIC's `Authorization`; empty unless the call is permitted. */
              backEndToken: back_end_token,
            }
          },
        }
      },
      /** Keycloak generates a new secret for the client; Vault gets it. */
      rotateSecret: async (name: ClientWithSecret): Promise<void> => {
        const realm = name === 'oicInvoker' ? realms.oic : realms.callers
        const secret = await admin.regenerateSecret(realm.name, realms[name].clientId)
        vault.rotate(secretOcids[name], secret)
      },
      /** The status of the Echo integration for these credentials. */
      callIntegration: async (authorization: string): Promise<number> => {
        const url = `${integration.url}${echoPath}/hello`
        const answer = await fetch(url, { headers: { authorization } })
        await answer.arrayBuffer()
        return answer.status
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The flat keys that validate tokens of the callers' realm. */
export function configFor(
  validation: 'introspection' | 'jwt' | 'jwt_and_introspection',
  { callers, introspector }: Realms,
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

/** Client authentication with a private key. */
export function byPrivateKey({ oicInvokerByKey }: Realms): Config {
  return {
    back_end_client_auth: 'private_key_jwt',
    back_end_app_client_id: oicInvokerByKey.clientId,
    back_end_client_secret_ocid: secretOcids.oicInvokersKey,
    back_end_assertion_key_id: 'client-key',
  }
}

/** Token exchange in the callers' realm. */
export function byExchange({ callers, exchanger }: Realms): Config {
  return {
    back_end_grant: 'token_exchange',
    back_end_token_endpoint: callers.tokenEndpoint,
    back_end_app_client_id: exchanger.clientId,
    back_end_client_secret_ocid: secretOcids.exchanger,
    back_end_scope: apiScope,
  }
}

export const wrongIntrospectionSecret: Config = { idcs_app_client_secret_ocid: secretOcids.wrong }

/**
 * Two backends with the same client. The argument `backend` selects the second one, which needs a
 * token after the function has cached the client's secret.
 */
export function twoBackEnds({ callers, oic, oicInvoker }: Realms): Config {
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

function backEnd({ oic, oicInvoker }: Realms): Config {
  return {
    back_end_token_endpoint: oic.tokenEndpoint,
    back_end_app_client_id: oicInvoker.clientId,
    back_end_client_secret_ocid: secretOcids.oicInvoker,
    back_end_scope: oicScope,
  }
}

async function startOic({ oic, oicInvoker, oicInvokerByKey }: Realms): Promise<Integration> {
  // Once, so that OIC works after Keycloak has stopped.
  const keys = await oic.publicKeys()
  return startIntegration({
    issuer: () => oic.issuer,
    jwks: () => keys,
    audience: oicAudience,
    scope: oicScope,
    serviceInvokers: new Set([oicInvoker.clientId, oicInvokerByKey.clientId]),
  })
}
