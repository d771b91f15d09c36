/** `npm run explain` agrees with the built function about every token and explains every log line. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { evaluate } from '../../scripts/explain/evaluate.ts'
import { readLogLines } from '../../scripts/explain/log-lines.ts'
import { explainLine } from '../../scripts/explain/log-report.ts'
import { toJsonReport, toTextReport } from '../../scripts/explain/report.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { jwtByKeysOf } from './support/configurations.ts'
import { startKeyServer, startTestHarness } from './support/test-harness.ts'
import { changed, PERMIT, SECRET_OCIDS } from './support/harness.ts'
import {
  AUDIENCE,
  createSigner,
  hmacToken,
  ISSUER,
  jwtToken,
  opaqueToken,
  secondsFromNow,
} from './support/tokens.ts'

const issuer = createSigner()
const stranger = createSigner()
const keys = await startKeyServer(issuer)
const harness = await startTestHarness()

const CLAIMS = someOf({
  iss: fc.constantFrom(ISSUER, `${ISSUER}x`, '', null, 7),
  aud: fc.constantFrom(AUDIENCE, [AUDIENCE, 'other'], 'other', [], null, {}),
  sub: fc.constantFrom('alice', '', null, 5),
  client_id: fc.constantFrom('partner-a', 'partner-b', null, ['partner-a']),
  scope: fc.constantFrom('echo orders', 'echo', '', ['echo', 'orders'], null, 3),
  exp: fc.integer({ min: -90, max: 900 }).map(secondsFromNow),
  nbf: fc.integer({ min: -90, max: 90 }).map(secondsFromNow),
  iat: fc.integer({ min: -90, max: 90 }).map(secondsFromNow),
  cnf: fc.constant({ jkt: 'a' }),
  nonce: fc.constant('n'),
  at_hash: fc.constant('h'),
  tok_type: fc.constantFrom('AT', 'IT'),
  typ: fc.constantFrom('Bearer', 'ID'),
})

const HEADER = someOf({
  alg: fc.constantFrom('RS256', 'none', 'HS256', '', 'PS256', null),
  kid: fc.constantFrom('SIGNING_KEY', 'other', null),
  typ: fc.constantFrom('at+jwt', 'JWT', 'JOSE', 'dpop+jwt', null),
  crit: fc.constant(['exp']),
  zip: fc.constantFrom('NONE', 'DEF'),
  jku: fc.constant('https://attacker.example/keys'),
})

/** At most three of these members, so that many tokens are valid or have a single defect. */
function someOf(members: Readonly<Record<string, fc.Arbitrary<unknown>>>) {
  return fc
    .tuple(fc.record(members, { requiredKeys: [] }), fc.nat({ max: 3 }), fc.nat())
    .map(([all, count, start]) =>
      Object.fromEntries(
        Object.entries(all).filter((_each, index, { length }) => (index + start) % length < count),
      ),
    )
}

function insertedInto([at, insert]: [number, string]): string {
  const token = issuer.token()
  const index = at % token.length
  return token.slice(0, index) + insert + token.slice(index + 1)
}

const INVALID_TOKENS = [
  opaqueToken(),
  hmacToken('secret'),
  ...['a.b.c', 'a..b', '.a.b', 'a.b.c.d.e', 'x'.repeat(17_000)],
  jwtToken({ sub: 'a' }),
]

const TOKEN: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: CLAIMS.map((claims) => issuer.token(claims)) },
  {
    weight: 3,
    arbitrary: fc.tuple(CLAIMS, HEADER).map(([claims, header]) => issuer.token(claims, header)),
  },
  { weight: 1, arbitrary: CLAIMS.map((claims) => stranger.token(claims)) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(), fc.constantFrom('.', '..', '=', '%', 'A', '')).map(insertedInto),
  },
  { weight: 1, arbitrary: fc.constantFrom(...INVALID_TOKENS) },
)

const CONFIGURATIONS = {
  jwt: { ...jwtByKeysOf(keys), required_scopes: 'echo', allowed_clients: 'partner-a' },
  'jwt and introspection': {
    validation: 'jwt_and_introspection',
    issuer: ISSUER,
    jwks_uri: `${keys.url}/jwks`,
  },
  introspection: { issuer: ISSUER },
} as const

/** A response that depends on the token only, so that the function and `explain` get the same. */
function introspectionAnswer(token: string): Record<string, unknown> {
  const kind = token.charCodeAt(token.length - 1) % 4
  if (kind === 0) return { active: false }
  if (kind === 1) return harness.activeAnswer({ aud: 'other' })
  const isJwt = token.split('.').length === 3
  return isJwt ? { active: true } : harness.activeAnswer()
}

/** The whole token if its signature is so short that a report may contain it by chance. */
function signatureOf(token: string): string {
  const signature = token.split('.')[2] ?? ''
  return signature.length > 40 ? signature : token
}

describe.each(Object.entries(CONFIGURATIONS))('explain, %s', (_name, changes) => {
  it('agrees with the function on 200 tokens, and does not print them', async () => {
    await harness.start(changes)
    harness.introspection.replyWith(({ form }) => ({
      body: introspectionAnswer(form['token'] ?? ''),
    }))
    const configuration = changed(harness.config, changes)
    const secrets = new Map([
      [SECRET_OCIDS.introspection, new Redacted(harness.secrets.introspection)],
    ])
    const verdicts = new Set<string>()

    await fc.assert(
      fc.asyncProperty(TOKEN, async (token) => {
        // A log line may contain a short token by chance.
        if (token.length > 100) harness.registerSecret(token)
        const { verdict, line } = await harness.callWith({ token: `Bearer ${token}` })
        const explanation = await evaluate({ configuration, token, secrets, clock: systemClock })
        const report = toJsonReport(explanation)
        verdicts.add(verdict)

        expect(`${report.outcome} ${report.reason}`).toBe(verdict)
        expect(report.issuer ?? null).toBe(line['issuer'])
        expect(report.checks.every(({ ok }) => ok)).toBe(report.outcome === 'permit')
        const printed = JSON.stringify(report) + toTextReport(explanation, systemClock.now())
        expect(printed).not.toContain(token)
        expect(printed).not.toContain(signatureOf(token))

        const explained = readLogLines(JSON.stringify(line)).flatMap(explainLine)
        expect(explained.map(({ reason }) => reason)).toStrictEqual([line['reason']])
        expect(explained[0]?.meaning).not.toBe('')
      }),
      { numRuns: 200 },
    )

    expect(verdicts.has(PERMIT)).toBe(true)
    expect(verdicts.size).toBeGreaterThan(5)
  }, 120_000)
})
