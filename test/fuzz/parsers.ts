/** The parsers of all external input, each with a property of its results for any input. */
import { readIntrospectionAnswer } from '../../src/caller/introspection-answer.ts'
import { readJwksAnswer } from '../../src/caller/jwks-endpoint.ts'
import { readMetadata } from '../../src/caller/discovery.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { readDocument } from '../../src/config/read-document.ts'
import { readAuthorizerRequest, readBearerToken } from '../../src/gateway/request.ts'
import { readTokenAnswer } from '../../src/oauth/token-endpoint.ts'
import { readUnverifiedJwt } from '../../src/oauth/unverified-jwt.ts'
import { numericDate } from '../../src/platform/clock.ts'
import type { HttpAnswer } from '../../src/platform/http.ts'
import { documentOf, issuerOf } from '../unit/support/documents.ts'
import { answer } from '../unit/support/http-answers.ts'

export interface Parser {
  readonly name: string
  /** Valid or nearly valid inputs, which the test mutates. */
  readonly samples: readonly string[]
  /** Throws if the parser throws or accepts invalid input. */
  readonly check: (input: Buffer) => void
}

const NOW = numericDate(1_800_000_000)

/** RFC 6750 §2.1. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

export const PARSERS: readonly Parser[] = [
  {
    name: 'request',
    samples: [
      '{"type":"USER_DEFINED","data":{"token":"Bearer abc"}}',
      '{"type":"TOKEN","token":"bearer a.b.c"}',
      '{"type":"USER_DEFINED","data":{"token":["Bearer abc"],"host":["a","b"]}}',
    ],
    check: (input) => {
      const request = readAuthorizerRequest(input, 'token')
      const token = request.ok ? readBearerToken(request.value) : request
      if (!token.ok) return
      const text = token.value.reveal()
      assert(B64TOKEN.test(text) && text.length <= 16_384, 'accepted a token outside the grammar')
      assert(input.toString().toLowerCase().includes('bearer'), 'accepted another scheme')
    },
  },
  {
    name: 'JWT',
    samples: ['e30.e30.e30', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.AAAA', 'a.b', 'a.b.c.d.e'],
    check: (input) => {
      readUnverifiedJwt(input.toString('latin1'))
    },
  },
  {
    name: 'introspection response',
    samples: [
      '{"active":true,"exp":1800000600,"aud":"a"}',
      '{"active":"true"}',
      '{"active":false}',
    ],
    check: (input) => {
      const claims = readIntrospectionAnswer(jsonAnswer(input), undefined, issuerOf({}))
      if (!claims.ok) return
      const { active } = JSON.parse(new TextDecoder().decode(input)) as Record<string, unknown>
      assert(active === true || active === 'true', 'accepted an inactive token')
    },
  },
  {
    name: 'token response',
    samples: [
      '{"access_token":"abc","token_type":"Bearer","expires_in":3600}',
      '{"error":"invalid_scope"}',
    ],
    check: (input) => {
      const token = readTokenAnswer(jsonAnswer(input), NOW, NOW)
      if (!token.ok) return
      assert(B64TOKEN.test(token.value.accessToken.reveal()), 'accepted an unusable token')
      assert(Number.isFinite(token.value.expiresAt), 'accepted a token without an expiry')
    },
  },
  {
    name: 'JWK Set',
    samples: [
      '{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"a","alg":"RS256"}]}',
      '{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}',
    ],
    check: (input) => {
      const keys = readJwksAnswer(jsonAnswer(input))
      if (!keys.ok) return
      const arePublic = keys.value.trusted.every(({ key }) => key.type === 'public')
      assert(arePublic, 'accepted a key that is not public')
    },
  },
  {
    name: 'discovery document',
    samples: ['{"issuer":"https://idp.example","jwks_uri":"https://idp.example/keys"}'],
    check: (input) => {
      const url = 'https://idp.example/.well-known/openid-configuration'
      readMetadata(jsonAnswer(input), { url, issuer: 'https://idp.example' }, ['jwks_uri'])
    },
  },
  {
    name: 'configuration document',
    samples: [JSON.stringify(documentOf())],
    check: (input) => {
      const config = readDocument(input.toString(), 'authorizer_config')
      if (!config.ok) {
        assert(config.error.length > 0, 'rejected a document without naming a problem')
        return
      }
      const { issuers, backends } = config.value.config
      assert(issuers.length > 0 && backends.length > 0, 'accepted an empty configuration')
    },
  },
  {
    name: 'flat configuration',
    samples: [
      'audience=a&issuer=https://a.example&jwks_uri=https://a.example/k&back_end_token_endpoint=https://o.example/t&back_end_app_client_id=c&back_end_client_secret_ocid=ocid1.vaultsecret.oc1..x&back_end_scope=s',
      'audience=a&idcs_introspection_endpoint=https://a.example/i&idcs_app_client_id=c&idcs_app_client_secret_ocid=ocid1.vaultsecret.oc1..x',
    ],
    check: (input) => {
      readConfig(Object.fromEntries(new URLSearchParams(input.toString())))
    },
  },
]

function jsonAnswer(body: Buffer): HttpAnswer {
  return { ...answer(200, ''), body }
}

function assert(condition: boolean, failure: string): void {
  if (!condition) throw new Error(failure)
}
