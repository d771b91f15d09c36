/**
 * Owns the grant by user assertion (RFC 7523 §2.1): the backend sees the person who calls.
 * I/O: asks the token endpoint and Vault through the ports that it is given.
 */
import type { JwtBearerGrantConfig } from '../config/model.ts'
import { denial, fault, type Fault } from '../decision.ts'
import { signAssertion } from '../oauth/assertion.ts'
import type { AuthenticatingClient } from '../oauth/client-authentication.ts'
import { readSecretContent } from '../oauth/client-secret.ts'
import type { Form } from '../oauth/form-request.ts'
import { readPrivateKey } from '../oauth/private-key.ts'
import type { RequestToken } from '../oauth/token-request.ts'
import { cacheKey } from '../platform/cache.ts'
import { seconds, type Clock, type Deadline } from '../platform/clock.ts'
import { member } from '../platform/json.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { SecretStore } from '../vault/secret-store.ts'
import { toBearerCredential, type BackendCall, type Grant, type Subject } from './credential.ts'
import { toCredentialFailure } from './token-fault.ts'

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/**
 * Identity domains may end the issued token with the assertion, so that a short one would be of no
 * use; whether they do is not documented for all versions.
 */
const USER_ASSERTION_LIFETIME = seconds(600)

interface User extends Subject {
  /** By the claim of the caller's token; never from elsewhere. */
  readonly name: string
}

export interface JwtBearerPorts {
  readonly requestToken: RequestToken
  readonly secrets: SecretStore
  readonly clock: Clock
}

export function createJwtBearerGrant(
  grant: JwtBearerGrantConfig,
  { requestToken, secrets, clock }: JwtBearerPorts,
): Grant<User> {
  /** The key of its own, where there is one; else that by which the client authenticates. */
  const signingKey = async (
    client: AuthenticatingClient,
    deadline: Deadline,
  ): Promise<Result<Redacted, Fault>> => {
    if (grant.assertionKeyOcid === undefined) return success(client.secret)
    const secret = await secrets.read(grant.assertionKeyOcid, deadline)
    return secret.ok ? success(readSecretContent(secret.value).secret) : secret
  }

  const assertionForm = async (
    user: User,
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
      subject: user.name,
      audience,
      lifetime: USER_ASSERTION_LIFETIME,
    }
    const assertion = await signAssertion(claims, key.value, keyId, clock)
    return success({ grant_type: GRANT_TYPE, assertion: assertion.reveal(), scope: grant.scope })
  }

  return {
    application: undefined,
    subjectOf: (call) => {
      const name = userNameOf(call, grant.subjectClaim)
      return name === undefined
        ? failure(denial('subject_missing'))
        : success({ key: cacheKey(call.issuer, name), name })
    },
    request: async (user, deadline) => {
      const form = (client: AuthenticatingClient) => assertionForm(user, client, deadline)
      const issued = await requestToken({ ...grant, form }, deadline)
      return issued.ok
        ? success(toBearerCredential(issued.value))
        : failure(toCredentialFailure(issued.error))
    },
  }
}

/** Longest login name of an identity domain, and more than any person's elsewhere. */
const LONGEST_NAME = 256

/**
 * The name in the claim, or undefined where there is none or where the token is an application's:
 * its `sub` is a client id, which could be somebody's name (RFC 9068 §5).
 */
function userNameOf({ claims, clientId }: BackendCall, claim: string): string | undefined {
  const name = member(claims, claim)
  if (typeof name !== 'string' || name.trim() === '' || name.length > LONGEST_NAME) return undefined
  const isApplication = member(claims, 'sub_type') === 'client' || name === clientId
  return isApplication || /\p{Cc}/u.test(name) ? undefined : name
}
