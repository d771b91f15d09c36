/** `npm run explain` and the built function agree on every token and explain every log line. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { evaluate } from '../../scripts/explain/evaluate.ts'
import { readLogLines } from '../../scripts/explain/log-lines.ts'
import { explainLine } from '../../scripts/explain/log-report.ts'
import { toJsonReport, toTextReport } from '../../scripts/explain/report.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { jwtToken, opaqueToken, secondsFromNow } from './support/callers-tokens.ts'
import { jwtByKeysOf } from './support/configurations.ts'
import { createSigner, hmacToken } from './support/signing.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'
import { AUDIENCE, changed, ISSUER, SECRET_OCIDS } from './support/world.ts'

const issuer = createSigner()
const stranger = createSigner()

const keys = await startTestServer(() => ({ body: { keys: [issuer.jwk] } }))
const world = await startTestWorld()

const CLAIMS = fc.record(
  {
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
  },
  { requiredKeys: [] },
)

const HEADER = fc.record(
  {
    alg: fc.constantFrom('RS256', 'none', 'HS256', '', 'PS256', null),
    kid: fc.constantFrom('SIGNING_KEY', 'other', null),
    typ: fc.constantFrom('at+jwt', 'JWT', 'JOSE', 'dpop+jwt', null),
    crit: fc.constant(['exp']),
    zip: fc.constantFrom('NONE', 'DEF'),
    jku: fc.constant('https://attacker.example/keys'),
  },
  { requiredKeys: [] },
)

/** Mostly with few defects, so that many tokens are good or nearly so. */
function fewOf<T extends object>(members: fc.Arbitrary<T>): fc.Arbitrary<Partial<T>> {
  return fc
    .tuple(members, fc.nat({ max: 3 }), fc.nat())
    .map(([all, count, start]) =>
      Object.fromEntries(
        Object.entries(all).filter((_each, index, { length }) => (index + start) % length < count),
      ),
    ) as fc.Arbitrary<Partial<T>>
}

const TOKEN: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fewOf(CLAIMS).map((claims) => issuer.token(claims)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fewOf(CLAIMS), fewOf(HEADER))
      .map(([claims, header]) => issuer.token(claims, header)),
  },
  { weight: 1, arbitrary: fewOf(CLAIMS).map((claims) => stranger.token(claims)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(), fc.constantFrom('.', '..', '=', '%', 'A', ''))
      .map(([at, insert]) => {
        const token = issuer.token()
        const index = at % token.length
        return token.slice(0, index) + insert + token.slice(index + 1)
      }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      opaqueToken(),
      hmacToken('secret'),
      'a.b.c',
      'a..b',
      '.a.b',
      'a.b.c.d.e',
      'x'.repeat(17_000),
      jwtToken({ sub: 'a' }),
    ),
  },
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

/** A response for each token, the same for every client. */
function introspectionAnswer(token: string): Record<string, unknown> {
  const kind = token.charCodeAt(token.length - 1) % 4
  if (kind === 0) return { active: false }
  if (kind === 1) return world.activeAnswer({ aud: 'other' })
  const isJwt = token.split('.').length === 3
  return isJwt ? { active: true } : world.activeAnswer()
}

/** Nothing for what is too short to be one, and so could be printed by chance. */
function signatureOf(token: string): string {
  const signature = token.split('.')[2] ?? ''
  return signature.length > 40 ? signature : token
}

describe.each(Object.entries(CONFIGURATIONS))('explain, %s', (_name, changes) => {
  it('agrees with the function on 200 tokens, and prints no token', async () => {
    await world.start(changes)
    world.introspection.replyWith(({ form }) => ({
      body: introspectionAnswer(form['token'] ?? ''),
    }))
    const configuration = changed(world.config, changes)
    const secrets = new Map([
      [SECRET_OCIDS.introspection, new Redacted(world.secrets.introspection)],
    ])
    const seen = new Set<string>()

    await fc.assert(
      fc.asyncProperty(TOKEN, async (token) => {
        // The short ones could appear in a log line by chance.
        if (token.length > 100) world.keepSecret(token)
        const { verdict, line } = await world.callWith({ token: `Bearer ${token}` })
        const explanation = await evaluate({ configuration, token, secrets, clock: systemClock })
        const report = toJsonReport(explanation)
        seen.add(verdict)

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

    expect(seen.has('permit permitted')).toBe(true)
    expect(seen.size).toBeGreaterThan(5)
  }, 120_000)
})
