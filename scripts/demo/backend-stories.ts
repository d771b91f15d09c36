/**
 * The stories about the token that Oracle Integration receives: each grant, several backends, and
 * the rotation of a secret.
 */
import { ALICE, API_AUDIENCE, BOB, SECRET_OCIDS } from '../../stack/registrations.ts'
import { PATH_PREFIXES } from '../../stack/deployments.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import type { Configure } from './configurations.ts'
import type { CallerRequest } from './observe.ts'
import { REACHES_OIC, REFUSED, type Story } from './story.ts'

const ECHO = `${API_AUDIENCE}echo:invoke`
const HELLO = `${PATH_PREFIXES.multiArgument}/echo/hello`

async function sending(token: Promise<string>): Promise<CallerRequest> {
  return {
    path: HELLO,
    authorization: `Bearer ${await token}`,
  }
}

function ofPartner(stack: LocalStack) {
  return stack.requestCallerToken(stack.registrations.partnerA, ECHO)
}
function ofOtherPartner(stack: LocalStack) {
  return stack.requestCallerToken(stack.registrations.partnerB, ECHO)
}
function of(user: string) {
  return (stack: LocalStack) => stack.requestUserToken(user, ECHO)
}

/** The stack's configuration with other keys; undefined takes one out. */
function withKeys(
  keys: (stack: LocalStack) => Readonly<Record<string, string | undefined>>,
): Configure {
  return (stack) =>
    Promise.resolve(
      Object.fromEntries(
        Object.entries({ ...stack.config, ...keys(stack) }).flatMap(([key, value]) =>
          value === undefined ? [] : [[key, value]],
        ),
      ),
    )
}

const byPrivateKey = withKeys(({ registrations }) => ({
  back_end_app_client_id: registrations.oicInvokerByKey.clientId,
  back_end_client_auth: 'private_key_jwt',
  back_end_client_secret_ocid: SECRET_OCIDS.invokersKey,
  back_end_assertion_key_id: registrations.invokersKey.publicKey.kid,
}))

const byUserAssertion = withKeys(({ registrations }) => ({
  back_end_grant: 'jwt_bearer',
  back_end_assertion_key_ocid: SECRET_OCIDS.invokersKey,
  back_end_assertion_key_id: registrations.invokersKey.publicKey.kid,
}))

const byExchange = withKeys(() => ({ back_end_grant: 'token_exchange' }))

const byPassword = withKeys(() => ({
  back_end_grant: 'basic',
  back_end_client_secret_ocid: SECRET_OCIDS.oicUser,
  back_end_token_endpoint: undefined,
  back_end_app_client_id: undefined,
  back_end_scope: undefined,
}))

/** Users reach Oracle Integration as themselves, partner-a as the application, others not at all. */
const severalBackends: Configure = ({ registrations, config }) => {
  const oic = {
    token_endpoint: config['back_end_token_endpoint'],
    client: {
      client_id: config['back_end_app_client_id'],
      client_secret_ocid: config['back_end_client_secret_ocid'],
    },
    scope: config['back_end_scope'],
  }
  const document = {
    issuers: [
      {
        name: 'partners',
        audience: [API_AUDIENCE],
        issuer: config['issuer'],
        introspection_endpoint: config['idcs_introspection_endpoint'],
        client: {
          client_id: config['idcs_app_client_id'],
          client_secret_ocid: config['idcs_app_client_secret_ocid'],
        },
      },
    ],
    backends: [
      {
        ...oic,
        name: 'as-the-user',
        when: { clients: [registrations.portal.clientId] },
        grant: 'jwt_bearer',
        assertion: {
          key_ocid: SECRET_OCIDS.invokersKey,
          key_id: registrations.invokersKey.publicKey.kid,
        },
      },
      { ...oic, name: 'as-the-application', when: { clients: [registrations.partnerA.clientId] } },
    ],
    unmatched: 'refuse',
  }
  const { vault_secrets_endpoint = '' } = config
  return Promise.resolve({ vault_secrets_endpoint, authorizer_config: JSON.stringify(document) })
}

const SEES_ALICE = { status: 200, decision: 'permitted', oicSees: `user ${ALICE}` } as const

export const BACKEND_STORIES: readonly Story[] = [
  {
    title: 'The function authenticates with a private key instead of a client secret',
    sends: 'a token of partner-a',
    configure: byPrivateKey,
    request: (stack) => sending(ofPartner(stack)),
    expected: { ...REACHES_OIC, oicSees: 'client oic-invoker-by-key', oicTokenRequests: 1 },
  },
  {
    title: 'Identity propagation: Oracle Integration sees the user',
    sends: 'a token of Alice',
    configure: byUserAssertion,
    request: (stack) => sending(of(ALICE)(stack)),
    expected: { ...SEES_ALICE, oicTokenRequests: 1 },
  },
  {
    title: 'Identity propagation: the second call uses Alice’s cached token',
    sends: 'a new token of Alice',
    request: (stack) => sending(of(ALICE)(stack)),
    expected: { ...SEES_ALICE, oicTokenRequests: 0 },
  },
  {
    title: 'Identity propagation needs a user: an application is denied',
    sends: 'a token of partner-a',
    request: (stack) => sending(ofPartner(stack)),
    expected: { ...REFUSED, decision: 'subject_missing' },
  },
  {
    title:
      'Identity propagation: a user without an account in Oracle Integration’s identity domain',
    sends: 'a token of Bob, who has an account in the callers’ identity domain only',
    request: (stack) => sending(of(BOB)(stack)),
    expected: {
      status: 502,
      decision: 'credential_refused',
      oicSees: 'nobody',
      oicTokenRequests: 1,
    },
  },
  {
    title: 'Token exchange: the caller’s token is exchanged for one for the backend',
    sends: 'a token of Alice',
    configure: byExchange,
    request: (stack) => sending(of(ALICE)(stack)),
    expected: { ...SEES_ALICE, oicTokenRequests: 1 },
  },
  {
    title: 'Legacy: user and password from Vault',
    sends: 'a token of partner-a',
    configure: byPassword,
    request: (stack) => sending(ofPartner(stack)),
    expected: {
      status: 200,
      decision: 'permitted',
      oicSees: 'user integration.user',
      oicTokenRequests: 0,
    },
  },
  {
    title: 'Several backends: users are forwarded as themselves',
    sends: 'a token of Alice',
    configure: severalBackends,
    request: (stack) => sending(of(ALICE)(stack)),
    expected: { ...SEES_ALICE, oicTokenRequests: 1 },
  },
  {
    title: 'Several backends: a partner is forwarded as the application',
    sends: 'a token of partner-a',
    request: (stack) => sending(ofPartner(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'Several backends: a caller without a backend is denied',
    sends: 'a valid token of partner-b, for which no backend is configured',
    request: (stack) => sending(ofOtherPartner(stack)),
    expected: { ...REFUSED, status: 403, decision: 'backend_unmatched' },
  },
  {
    title:
      'The client secret is rotated in Vault first: the previous one is used until the provider has the new one',
    sends: 'a token of partner-a',
    configure: withKeys(() => ({})),
    request: (stack) => {
      stack.vault.rotate(SECRET_OCIDS.backend, 'the-next-secret')
      return sending(ofPartner(stack))
    },
    afterwards: (stack) => {
      stack.oicDomain.setClientSecret(stack.registrations.oicInvoker.clientId, 'the-next-secret')
      return Promise.resolve()
    },
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
]
