/** Validates callers' credentials for the local Oracle Integration. */
import { errors, importJWK, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose'

export interface Acceptance {
  /** The `iss` of OIC's identity domain. */
  issuer: () => string
  /** The signing keys of OIC's identity domain. */
  jwks: () => JSONWebKeySet | Promise<JSONWebKeySet>
  /** The instance's audience, `https://….integration.….ocp.oraclecloud.com:443`; one of several. */
  audience: string | readonly string[]
  /** The short name in tokens, `urn:opc:resource:consumer::all`; one of several. */
  scope: string | readonly string[]
  /**
   * The clients and users with the role ServiceInvoker, which is not in the token. Oracle requires it of
   * the client with every grant (“Protect an Integration’s REST Endpoint with OAuth”) and of users who
   * call (“Control User and Client System Access”); a user’s token requires both here.
   */
  serviceInvokers: ReadonlySet<string>
  /** User name → password. Without it, Basic credentials are refused. */
  basicUsers?: ReadonlyMap<string, string>
  /** Seconds since the epoch. */
  clock?: () => number
}

/** The caller, without its credentials. */
export type Caller =
  | { scheme: 'Bearer'; subject: string; client: string; scope: string[]; audience: string[] }
  | { scheme: 'Basic'; user: string }

export type Judgement = { accepted: true; caller: Caller } | { accepted: false; refusal: string }

/** Only the stack's records have the reason of a rejection; OIC answers 401 to all of them. */
export async function judgeCredentials(
  authorization: string | undefined,
  acceptance: Acceptance,
): Promise<Judgement> {
  const [, scheme, value] = /^(Bearer|Basic) +([^ ]+)$/i.exec(authorization ?? '') ?? []
  if (scheme === undefined || value === undefined) {
    return refuse('no bearer token and no Basic credentials')
  }
  return scheme.toLowerCase() === 'basic'
    ? judgeBasic(value, acceptance)
    : judgeBearer(value, acceptance)
}

function judgeBasic(value: string, { basicUsers }: Acceptance): Judgement {
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString()) ?? []
  if (user === undefined || password === undefined || basicUsers?.get(user) !== password) {
    return refuse('unknown user or wrong password')
  }
  return { accepted: true, caller: { scheme: 'Basic', user } }
}

async function judgeBearer(token: string, acceptance: Acceptance): Promise<Judgement> {
  const payload = await verifyToken(token, acceptance)
  if (typeof payload === 'string') return refuse(payload)

  // An ID token of the domain has the same issuer and key, but another `tok_type`.
  const tokenType = payload['tok_type'] ?? 'AT'
  if (tokenType !== 'AT') return refuse('not an access token')
  const scope = list(payload['scope'])
  if (![acceptance.scope].flat().some((name) => scope.includes(name))) return refuse('scope')
  const client = payload['client_id']
  if (typeof client !== 'string' || !acceptance.serviceInvokers.has(client)) {
    return refuse('the client does not hold ServiceInvoker')
  }
  if (payload['sub_type'] === 'user' && !acceptance.serviceInvokers.has(payload.sub ?? '')) {
    return refuse('the user does not hold ServiceInvoker')
  }
  const caller: Caller = {
    scheme: 'Bearer',
    subject: payload.sub ?? '',
    client,
    scope,
    audience: list(payload.aud),
  }
  return { accepted: true, caller }
}

function refuse(refusal: string): Judgement {
  return { accepted: false, refusal }
}

/** The verified payload, or the problem of the token. */
async function verifyToken(token: string, acceptance: Acceptance): Promise<JWTPayload | string> {
  const { keys } = await acceptance.jwks()
  let refusal = 'signature'
  for (const { kty, n, e } of keys) {
    if (kty !== 'RSA' || n === undefined || e === undefined) continue
    try {
      // Without the other members: libraries do not verify with the `key_ops` that IDCS publishes.
      const { payload } = await jwtVerify(token, await importJWK({ kty, n, e }, 'RS256'), {
        algorithms: ['RS256'],
        issuer: acceptance.issuer(),
        audience: [acceptance.audience].flat(),
        requiredClaims: ['exp'],
        currentDate: new Date((acceptance.clock?.() ?? Date.now() / 1000) * 1000),
      })
      return payload
    } catch (error) {
      refusal = readRefusal(error)
      if (refusal !== 'signature') break
    }
  }
  return refusal
}

function readRefusal(error: unknown): string {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) return error.claim
  return 'not a JWT that OIC can read'
}

/** `aud` and `scope` are a string of words or an array. */
function list(claim: unknown): string[] {
  const words: unknown[] =
    typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  return words.filter((word) => typeof word === 'string')
}
