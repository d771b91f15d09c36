/**
 * The stories about the token that Oracle Integration receives: each grant, several backends, and
 * the rotation of a secret.
 */
import { documentParts } from '../../stack/default-configuration.ts'
import { ECHO_SCOPE, partnersToken } from '../../stack/echo-call.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { ALICE, API_AUDIENCE, BOB, SECRET_OCIDS } from '../../stack/registrations.ts'
import type { Configure } from './configurations.ts'
import { REACHES_OIC, REFUSED, sending, type Story } from './story.ts'

function of(user: string) {
  return (stack: LocalStack) => stack.requestUserToken(user, ECHO_SCOPE)
}

/** The stack's configuration with changed keys; undefined removes one. */
function withKeys(
  keys: (stack: LocalStack) => Readonly<Record<string, string | undefined>>,
): Configure {
  return (stack) =>
    Object.fromEntries(
      Object.entries({ ...stack.config, ...keys(stack) }).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, value]],
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

/** Backends for users in their own names and for partner-a as the application; none for other callers. */
const severalBackends: Configure = ({ registrations, config }) => {
  const { client, backend } = documentParts(config)
  const { portal, partnerA, invokersKey } = registrations
  const issuer = {
    name: 'partners',
    audience: [API_AUDIENCE],
    issuer: config['issuer'],
    introspection_endpoint: config['idcs_introspection_endpoint'],
    client,
  }
  const asUser = {
    ...backend,
    name: 'as-the-user',
    when: { clients: [portal.clientId] },
    grant: 'jwt_bearer',
    assertion: { key_ocid: SECRET_OCIDS.invokersKey, key_id: invokersKey.publicKey.kid },
  }
  const asApplication = {
    ...backend,
    name: 'as-the-application',
    when: { clients: [partnerA.clientId] },
  }
  const document = { issuers: [issuer], backends: [asUser, asApplication], unmatched: 'refuse' }
  const { vault_secrets_endpoint = '' } = config
  return { vault_secrets_endpoint, authorizer_config: JSON.stringify(document) }
}

const SEES_ALICE = { status: 200, decision: 'permitted', oicSees: `user ${ALICE}` } as const

export const BACKEND_STORIES: readonly Story[] = [
  {
    title: 'The function authenticates with a private key instead of a client secret',
    sends: 'a token of partner-a',
    configure: byPrivateKey,
    request: (stack) => sending(partnersToken(stack)),
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
    request: (stack) => sending(partnersToken(stack)),
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
    request: (stack) => sending(partnersToken(stack)),
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
    request: (stack) => sending(partnersToken(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'Several backends: a caller without a backend is denied',
    sends: 'a valid token of partner-b, for which no backend is configured',
    request: (stack) => sending(stack.requestCallerToken(stack.registrations.partnerB, ECHO_SCOPE)),
    expected: { ...REFUSED, status: 403, decision: 'backend_unmatched' },
  },
  {
    title:
      'The client secret is rotated in Vault first: the previous one is used until the provider has the new one',
    sends: 'a token of partner-a',
    configure: withKeys(() => ({})),
    request: (stack) => {
      stack.vault.rotate(SECRET_OCIDS.backend, 'the-next-secret')
      return sending(partnersToken(stack))
    },
    afterwards: (stack) => {
      stack.oicDomain.setClientSecret(stack.registrations.oicInvoker.clientId, 'the-next-secret')
    },
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
]
