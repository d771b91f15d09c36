/**
 * Owns what is fuzzed: each parser of what comes from outside, with what has to be true whatever it
 * is given.
 * Pure.
 */
import { readIntrospectionAnswer } from '../../src/caller/introspection.ts'
import { readJwksAnswer } from '../../src/caller/jwks-endpoint.ts'
import { readMetadata } from '../../src/caller/discovery.ts'
import type { IssuerConfig } from '../../src/config/model.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { readDocument } from '../../src/config/read-document.ts'
import { readAuthorizerRequest, readBearerToken } from '../../src/gateway/request.ts'
import { readTokenAnswer } from '../../src/oauth/token-endpoint.ts'
import { readUnverifiedJwt } from '../../src/oauth/unverified-jwt.ts'
import { numericDate } from '../../src/platform/clock.ts'
import type { HttpAnswer } from '../../src/platform/http.ts'
import { Redacted } from '../../src/platform/redacted.ts'

export interface Target {
  readonly name: string
  /** Inputs to begin with. */
  readonly seeds: readonly string[]
  /** Throws where something is not as it has to be. */
  readonly run: (input: Buffer) => void
}

const NOW = numericDate(1_800_000_000)

function answerOf(body: Buffer, status = 200): HttpAnswer {
  return {
    status,
    header: (name) => (name === 'content-type' ? 'application/json' : undefined),
    body,
  }
}

function insist(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

const DOCUMENT =
  '{"issuers":[{"name":"a","audience":["b"],"issuer":"https://a.example","jwks_uri":"https://a.example/k"}],"backends":[{"name":"o","token_endpoint":"https://o.example/t","client":{"client_id":"c","client_secret_ocid":"ocid1.vaultsecret.oc1..x"},"scope":"s"}]}'

function issuerOf(document: string): IssuerConfig {
  const config = readDocument(document, 'document')
  const [issuer] = config.ok ? config.value.issuers : []
  if (issuer === undefined) throw new Error('the document of the fuzz targets is no good')
  return issuer
}
const ISSUER = issuerOf(DOCUMENT)

const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

export const TARGETS: readonly Target[] = [
  {
    name: 'request',
    seeds: [
      '{"type":"USER_DEFINED","data":{"token":"Bearer abc"}}',
      '{"type":"TOKEN","token":"bearer a.b.c"}',
      '{"type":"USER_DEFINED","data":{"token":["Bearer abc"],"host":["a","b"]}}',
    ],
    run: (input) => {
      const request = readAuthorizerRequest(input, 'token')
      const token = request.ok ? readBearerToken(request.value) : request
      if (!token.ok) return
      const text = token.value.reveal()
      insist(B64TOKEN.test(text) && text.length <= 16_384, 'a token outside of the grammar passed')
      insist(input.toString().toLowerCase().includes('bearer'), 'another scheme passed')
    },
  },
  {
    name: 'jwt',
    seeds: ['e30.e30.e30', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.AAAA', 'a.b', 'a.b.c.d.e'],
    run: (input) => {
      readUnverifiedJwt(input.toString('latin1'))
    },
  },
  {
    name: 'introspection answer',
    seeds: ['{"active":true,"exp":1800000600,"aud":"a"}', '{"active":"true"}', '{"active":false}'],
    run: (input) => {
      const claims = readIntrospectionAnswer(answerOf(input), new Redacted('opaque'), ISSUER)
      if (!claims.ok) return
      const said = JSON.parse(input.toString()) as Record<string, unknown>
      insist(said['active'] === true || said['active'] === 'true', 'an inactive token passed')
    },
  },
  {
    name: 'token answer',
    seeds: [
      '{"access_token":"abc","token_type":"Bearer","expires_in":3600}',
      '{"error":"invalid_scope"}',
    ],
    run: (input) => {
      const token = readTokenAnswer(answerOf(input), NOW, NOW)
      if (!token.ok) return
      insist(B64TOKEN.test(token.value.accessToken.reveal()), 'an unusable token passed')
      insist(Number.isFinite(token.value.expiresAt), 'a token without an end passed')
    },
  },
  {
    name: 'keys',
    seeds: [
      '{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"a","alg":"RS256"}]}',
      '{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}',
    ],
    run: (input) => {
      const keys = readJwksAnswer(answerOf(input))
      if (!keys.ok) return
      insist(
        keys.value.every(({ key }) => key.type === 'public'),
        'a key that is not public passed',
      )
    },
  },
  {
    name: 'discovery',
    seeds: ['{"issuer":"https://idp.example","jwks_uri":"https://idp.example/keys"}'],
    run: (input) => {
      readMetadata(answerOf(input), 'https://idp.example', ['jwks_uri'])
    },
  },
  {
    name: 'document',
    seeds: [DOCUMENT],
    run: (input) => {
      const config = readDocument(input.toString(), 'authorizer_config')
      if (!config.ok) {
        insist(config.error.length > 0, 'a refusal without a problem')
        return
      }
      insist(
        config.value.issuers.length > 0 && config.value.backends.length > 0,
        'an empty configuration passed',
      )
    },
  },
  {
    name: 'flat configuration',
    seeds: [
      'audience=a&issuer=https://a.example&jwks_uri=https://a.example/k&back_end_token_endpoint=https://o.example/t&back_end_app_client_id=c&back_end_client_secret_ocid=ocid1.vaultsecret.oc1..x&back_end_scope=s',
      'audience=a&idcs_introspection_endpoint=https://a.example/i&idcs_app_client_id=c&idcs_app_client_secret_ocid=ocid1.vaultsecret.oc1..x',
    ],
    run: (input) => {
      readConfig(Object.fromEntries(new URLSearchParams(input.toString())))
    },
  },
]
