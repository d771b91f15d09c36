/** The doctor reports problems of clients, their permissions and their identity domains. */
import { describe, expect, it } from '@jest/globals'
import { firstFailure } from '../../scripts/doctor/report.ts'
import { OIC_AUDIENCE, OIC_SCOPE, SECRET_OCIDS } from '../../stack/registrations.ts'
import { backendSecret, config, testBroken, type BrokenByCheck } from './broken.ts'
import {
  FUSION_SCOPE,
  secondApplication,
  setup,
  SIBLING_AUDIENCE,
  useSetup,
  WITHOUT_GRANT,
  type Setup,
} from './setup.ts'

useSetup()

const BROKEN: BrokenByCheck = {
  'backend token': {
    'a scope of two resources': [
      (current) => secondApplication(current, `${OIC_AUDIENCE}${OIC_SCOPE} ${FUSION_SCOPE}`),
      /invalid_scope/,
      /two resources/,
    ],
    // Identity domains reject clients of inactive applications as unknown.
    'an inactive application': [
      config({ back_end_app_client_id: 'not-activated' }),
      /invalid_client/,
      /not-activated and activate it/,
    ],
    'an expired secret of the backend’s client': [
      backendSecret('an-old-secret'),
      /invalid_client/,
      /open the application of oic-invoker.*new version of ocid1\.vaultsecret\.\S*oicinvoker/,
    ],
    'a secret in base64': [
      backendSecret(Buffer.from('some-client-secret').toString('base64')),
      /invalid_client/,
      /encoded in base64/,
    ],
    'a secret in quotation marks': [
      backendSecret(({ stack }) => `"${stack.registrations.oicInvoker.clientSecret}"`),
      /invalid_client/,
      /in quotation marks/,
    ],
    'the key of the client has no alias': [
      ({ stack: { registrations } }) => ({
        config: {
          back_end_app_client_id: registrations.oicInvokerByKey.clientId,
          back_end_client_auth: 'private_key_jwt',
          back_end_client_secret_ocid: SECRET_OCIDS.invokersKey,
        },
        secrets: { [SECRET_OCIDS.invokersKey]: registrations.invokersKey.privateKey },
      }),
      /invalid_client/,
      /certificate of the key in ocid1\.vaultsecret\.\S*invokerskey, by the alias that back_end_assertion_key_id gives/,
    ],
    'a repeated path of the token endpoint': [
      ({ stack }) => ({
        config: { back_end_token_endpoint: `${stack.oicDomain.tokenEndpoint}/oauth2/v1/token` },
      }),
      /status_404/,
      /compare the path \/oauth2\/v1\/token\/oauth2\/v1\/token/,
    ],
    'the scope of an unknown instance': [
      config({ back_end_scope: `${SIBLING_AUDIENCE}${OIC_SCOPE}` }),
      /invalid_scope/,
      /no token for https:\/\/F0F1\S+ to our application.*Compare the scope/,
    ],
  },
  backend: {
    'a missing role ServiceInvoker': [
      (current) => secondApplication(current),
      /status 401/,
      /role ServiceInvoker/,
    ],
    'the scope of a different instance': [
      (current) => secondApplication(current, `${SIBLING_AUDIENCE}${OIC_SCOPE}`),
      /status 401 to a token for https:\/\/F0F1/,
      /Compare that audience .* another instance’s/,
    ],
  },
  introspection: {
    'a missing permission to introspect': [
      introspectWith(({ stack }) => stack.registrations.partnerB),
      /introspection_refused/,
      /tick Introspect/,
    ],
    'an inactive application for introspection': [
      config({ idcs_app_client_id: 'not-activated' }),
      /invalid_client|introspection_refused/,
      /not-activated and activate it/,
    ],
    'swapped domains': [
      ({ stack }) => ({
        config: {
          idcs_introspection_endpoint: stack.oicDomain.introspectionEndpoint,
          back_end_token_endpoint: stack.callers.tokenEndpoint,
        },
      }),
      /introspection_refused/,
      /domains are swapped/,
    ],
    'swapped secrets': [
      ({ stack: { registrations } }) => ({
        secrets: {
          [SECRET_OCIDS.backend]: registrations.introspector.clientSecret,
          [SECRET_OCIDS.introspection]: registrations.oicInvoker.clientSecret,
        },
      }),
      /introspection_refused/,
      /the two secrets are swapped/,
    ],
    'swapped client IDs': [
      ({ stack: { registrations } }) => ({
        config: {
          idcs_app_client_id: registrations.oicInvoker.clientId,
          back_end_app_client_id: registrations.introspector.clientId,
        },
      }),
      /introspection_refused/,
      /the two client IDs are swapped/,
    ],
    'a client of the other domain for introspection': [
      introspectWith(({ stack }) => stack.registrations.oicInvoker),
      /introspection_refused/,
      /oic-invoker is a client of .*this client or this endpoint is one of the other domain/,
    ],
    'an introspection endpoint in the other domain': [
      ({ stack }) => ({
        config: { idcs_introspection_endpoint: stack.oicDomain.introspectionEndpoint },
      }),
      /introspection_refused/,
      /^The endpoint is in the domain of the back end’s token endpoint/,
    ],
  },
  keys: {
    'protected keys': [
      keysAt(({ stack }) => stack.callers.jwksUri),
      /status_401/,
      /Access signing certificate/,
    ],
    'a wrong path of the keys': [
      keysAt(({ stack }) => stack.callers.jwksUri.replace('/jwk', '/keys')),
      /status_404/,
      /compare the path \/admin\/v1\/SigningCert\/keys/,
    ],
    'a missing grant of the client for protected keys': [
      (current) => ({
        config: {
          ...keysAt(({ domain }) => domain.jwksUri, 'client_credentials')(current).config,
          idcs_app_client_id: WITHOUT_GRANT.clientId,
        },
        secrets: { [SECRET_OCIDS.introspection]: WITHOUT_GRANT.clientSecret },
      }),
      /token_unauthorized_client/,
      /^Tick the grant Client credentials/,
    ],
    'an unknown client for protected keys': [
      keysAt(({ stack }) => stack.oicDomain.jwksUri, 'client_credentials'),
      /token_invalid_client/,
      /open the application of gateway-authorizer/,
    ],
  },
}

interface Client {
  readonly clientId: string
  readonly clientSecret: string
}

function introspectWith(clientOf: (setup: Setup) => Client) {
  return (current: Setup) => {
    const { clientId, clientSecret } = clientOf(current)
    return {
      config: { idcs_app_client_id: clientId },
      secrets: { [SECRET_OCIDS.introspection]: clientSecret },
    }
  }
}

function keysAt(uriOf: (setup: Setup) => string, jwks_access = 'public') {
  return (current: Setup) => ({
    config: { validation: 'jwt', jwks_uri: uriOf(current), jwks_access },
  })
}

describe('npm run doctor', () => {
  testBroken(BROKEN)

  it('reports a token endpoint in the callers’ domain', async () => {
    const back_end_token_endpoint = setup.stack.callers.tokenEndpoint
    const checks = await setup.examine({ config: { back_end_token_endpoint } })

    expect(firstFailure(checks)).toMatchObject({
      name: 'backend token',
      remedy: expect.stringContaining('The token endpoint is in the callers’ domain'),
    })
  })
})
