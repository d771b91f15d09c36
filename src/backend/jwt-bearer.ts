import type { IssuerConfig, JwtBearerGrantConfig } from '../config/model.ts'
import { denial, fault, type Fault } from '../decision.ts'
import { signAssertion } from '../oauth/assertion.ts'
import type { AuthenticatingClient } from '../oauth/client-authentication.ts'
import { readSecretContent } from '../oauth/client-secret.ts'
import type { Form } from '../oauth/form-request.ts'
import { readPrivateKey } from '../oauth/private-key.ts'
import type { RequestToken } from '../oauth/token-endpoint.ts'
import { cacheKey } from '../platform/cache.ts'
import { seconds, type Clock, type Deadline } from '../platform/clock.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { SecretCache } from '../vault/secret-cache.ts'
import { callerKey, type Grant } from './credential.ts'
import { toCredential } from './token-credential.ts'
import { readUserName } from './user-name.ts'

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/**
 * Identity domains may let the issued token expire with the assertion; that is not documented for
 * all versions. With a short one, the token could expire too soon.
 */
const USER_ASSERTION_LIFETIME = seconds(600)

export interface JwtBearerPorts {
  readonly requestToken: RequestToken
  readonly secrets: Pick<SecretCache, 'read'>
  readonly clock: Clock
  /** The provider of the issuer with this name, where it is known. */
  readonly providerOf: (issuer: string) => IssuerConfig['provider']
}

/** The grant by user assertion (RFC 7523 §2.1): the backend sees the person who calls. */
export function createJwtBearerGrant(
  grant: JwtBearerGrantConfig,
  { requestToken, secrets, clock, providerOf }: JwtBearerPorts,
): Grant {
  /** The configured key, or the one with which the client authenticates. */
  const signingKey = async (
    client: AuthenticatingClient,
    deadline: Deadline,
  ): Promise<Result<Redacted, Fault>> => {
    if (grant.assertionKeyOcid === undefined) return success(client.secret)
    const secret = await secrets.read(grant.assertionKeyOcid, deadline)
    return secret.ok ? success(readSecretContent(secret.value).secret) : secret
  }

  const assertionForm = async (
    user: string,
    client: AuthenticatingClient,
    deadline: Deadline,
  ): Promise<Result<Form, Fault>> => {
    const secret = await signingKey(client, deadline)
    if (!secret.ok) return secret
    const key = readPrivateKey(secret.value)
    if (!key.ok) {
      const of = grant.assertionKeyOcid === undefined ? {} : { secret: grant.assertionKeyOcid }
      return failure(fault('secret_unusable', { ...of, detail: key.error }))
    }
    const { keyId, audience } = client.assertion
    const claims = {
      issuer: client.clientId,
      subject: user,
      audience,
      lifetime: USER_ASSERTION_LIFETIME,
    }
    const assertion = await signAssertion(claims, key.value, keyId, clock)
    return success({ grant_type: GRANT_TYPE, assertion: assertion.reveal(), scope: grant.scope })
  }

  return {
    sharedRequest: undefined,
    requestFor: (call) => {
      const { issuer } = call
      // From the claim of the caller's token, and from nowhere else.
      const user = readUserName(call, providerOf(issuer), grant)
      if (!user.ok) return failure(denial('subject_missing', { detail: user.error }))
      return success({
        key: cacheKey(issuer, user.value),
        callerKey: callerKey(call),
        send: async (deadline) => {
          const form = (client: AuthenticatingClient) => assertionForm(user.value, client, deadline)
          return toCredential(await requestToken({ ...grant, form }, deadline))
        },
      })
    },
  }
}
