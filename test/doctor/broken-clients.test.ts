/** The doctor reports defects of clients, their permissions and their identity domains. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { firstFailure } from '../../scripts/doctor/report.ts'
import { OIC_AUDIENCE, OIC_SCOPE, SECRET_OCIDS } from '../../stack/registrations.ts'
import { backendSecret, config, testFirstFailures, type BrokenByCheck } from './broken.ts'
import {
  FUSION_SCOPE,
  secondApplication,
  SIBLING_AUDIENCE,
  startSetup,
  type Setup,
  WITHOUT_GRANT,
} from './setup.ts'

let setup: Setup
beforeAll(async () => {
  setup = await startSetup()
})
afterAll(() => setup.close())

const BROKEN: BrokenByCheck = {
  'backend token': {
    'two resources in one token': [
      (own) => secondApplication(own, `${OIC_AUDIENCE}${OIC_SCOPE} ${FUSION_SCOPE}`),
      /invalid_scope/,
      /two resources/,
    ],
    // A domain accepts the client of an application only while that is active.
    'application not activated': [
      config({ back_end_app_client_id: 'not-activated' }),
      /invalid_client/,
      /not-activated and activate it/,
    ],
    'the secret of the back end’s client has expired': [
      backendSecret('an-old-secret'),
      /invalid_client/,
      /open the application of oic-invoker.*new version of ocid1\.vaultsecret\.\S*oicinvoker/,
    ],
    'the secret is stored in base64': [
      backendSecret(Buffer.from('some-client-secret').toString('base64')),
      /invalid_client/,
      /encoded in base64/,
    ],
    'the secret is stored in quotation marks': [
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
    'the path of the token endpoint is doubled': [
      ({ stack }) => ({
        config: { back_end_token_endpoint: `${stack.oicDomain.tokenEndpoint}/oauth2/v1/token` },
      }),
      /status_404/,
      /compare the path \/oauth2\/v1\/token\/oauth2\/v1\/token/,
    ],
    'the scope is that of an unknown instance': [
      config({ back_end_scope: `${SIBLING_AUDIENCE}${OIC_SCOPE}` }),
      /invalid_scope/,
      /no token for https:\/\/F0F1\S+ to our application.*Compare the scope/,
    ],
  },
  backend: {
    'ServiceInvoker missing': [
      (own) => secondApplication(own),
      /status 401/,
      /role ServiceInvoker/,
    ],
    'the scope is that of a sibling instance': [
      (own) => secondApplication(own, `${SIBLING_AUDIENCE}${OIC_SCOPE}`),
      /status 401 to a token for https:\/\/F0F1/,
      /Compare that audience .* another instance’s/,
    ],
  },
  introspection: {
    'Introspect not allowed': [
      introspectWith(({ stack }) => stack.registrations.partnerB),
      /introspection_refused/,
      /tick Introspect/,
    ],
    'application for introspection not activated': [
      config({ idcs_app_client_id: 'not-activated' }),
      /invalid_client|introspection_refused/,
      /not-activated and activate it/,
    ],
    'the domains of OIC and the callers swapped': [
      ({ stack }) => ({
        config: {
          idcs_introspection_endpoint: stack.oicDomain.introspectionEndpoint,
          back_end_token_endpoint: stack.callers.tokenEndpoint,
        },
      }),
      /introspection_refused/,
      /domains are swapped/,
    ],
    'the secrets of the two clients are swapped': [
      ({ stack: { registrations } }) => ({
        secrets: {
          [SECRET_OCIDS.backend]: registrations.introspector.clientSecret,
          [SECRET_OCIDS.introspection]: registrations.oicInvoker.clientSecret,
        },
      }),
      /introspection_refused/,
      /the two secrets are swapped/,
    ],
    'the two client IDs are swapped': [
      ({ stack: { registrations } }) => ({
        config: {
          idcs_app_client_id: registrations.oicInvoker.clientId,
          back_end_app_client_id: registrations.introspector.clientId,
        },
      }),
      /introspection_refused/,
      /the two client IDs are swapped/,
    ],
    'the client for introspection is one of the other domain': [
      introspectWith(({ stack }) => stack.registrations.oicInvoker),
      /introspection_refused/,
      /oic-invoker is a client of .*this client or this endpoint is one of the other domain/,
    ],
    'the endpoint for introspection is in the other domain': [
      ({ stack }) => ({
        config: { idcs_introspection_endpoint: stack.oicDomain.introspectionEndpoint },
      }),
      /introspection_refused/,
      /^The endpoint is in the domain of the back end’s token endpoint/,
    ],
  },
  keys: {
    'keys protected': [
      keysAt(({ stack }) => stack.callers.jwksUri),
      /status_401/,
      /Access signing certificate/,
    ],
    'the path of the keys is another one': [
      keysAt(({ stack }) => stack.callers.jwksUri.replace('/jwk', '/keys')),
      /status_404/,
      /compare the path \/admin\/v1\/SigningCert\/keys/,
    ],
    'the client for protected keys lacks the grant': [
      (own) => ({
        config: {
          ...keysAt(({ domain }) => domain.jwksUri, 'client_credentials')(own).config,
          idcs_app_client_id: WITHOUT_GRANT.clientId,
        },
        secrets: { [SECRET_OCIDS.introspection]: WITHOUT_GRANT.clientSecret },
      }),
      /token_unauthorized_client/,
      /^Tick the grant Client credentials/,
    ],
    'the client for protected keys is unknown there': [
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

function introspectWith(clientOf: (own: Setup) => Client) {
  return (own: Setup) => {
    const { clientId, clientSecret } = clientOf(own)
    return {
      config: { idcs_app_client_id: clientId },
      secrets: { [SECRET_OCIDS.introspection]: clientSecret },
    }
  }
}

function keysAt(uriOf: (own: Setup) => string, jwks_access = 'public') {
  return (own: Setup) => ({ config: { validation: 'jwt', jwks_uri: uriOf(own), jwks_access } })
}

describe('a broken set-up', () => {
  testFirstFailures(BROKEN, () => setup)

  it('is reported if the backend’s token is requested in the callers’ domain', async () => {
    const back_end_token_endpoint = setup.stack.callers.tokenEndpoint
    expect(
      firstFailure(await setup.examine({ config: { back_end_token_endpoint } })),
    ).toMatchObject({
      name: 'backend token',
      remedy: expect.stringContaining('The token endpoint is in the callers’ domain'),
    })
  })
})
