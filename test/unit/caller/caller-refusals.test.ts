import { describe, expect, it } from '@jest/globals'
import { createVerifyCaller } from '../../../src/caller/issuer-choice.ts'
import type { IssuerConfig } from '../../../src/config/model.ts'
import { denial, fault, type Denial, type Fault } from '../../../src/decision.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure } from '../../../src/platform/result.ts'
import { recordingObserver } from '../support/findings.ts'
import { introspectionConfig, issuerConfig, jwtConfig, tokenRules } from '../support/issuers.ts'
import { denied } from '../support/outcomes.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'
import { unsignedJwt } from '../support/tokens.ts'

const ISS = 'https://a.example'
const A = unsignedJwt({ iss: ISS })
const INACTIVE = denial('token_inactive')

/** Issuers that all refuse a token so. */
function verifierOf(configs: readonly Partial<IssuerConfig>[], refusal: Denial | Fault) {
  return createVerifyCaller(
    configs.map((config) => ({
      issuer: issuerConfig(config),
      verify: () => Promise.resolve(failure(refusal)),
    })),
  )
}

describe('an observer', () => {
  const observed = async (token: string, says: Denial | Fault) => {
    const { findings, observe } = recordingObserver()
    await verifierOf(
      [
        { name: 'introspecting', jwt: undefined, introspection: introspectionConfig() },
        { name: 'validating', jwt: jwtConfig(), rules: tokenRules({ issuer: ISS }) },
      ],
      says,
    )(new Redacted(token), PLENTY_OF_TIME, () => undefined, observe)
    return findings
  }

  it.each([
    [A, 'a signed JWT', undefined],
    ['opaque', 'an opaque token', undefined],
    [`${A}==`, 'a malformed JWT', 'jwt_malformed'],
    [`${A}.d.e`, 'an encrypted JWT', 'token_encrypted'],
  ])('gets the form of the token: %#', async (token, actual, reason) => {
    const forms = (await observed(token, INACTIVE)).filter(({ name }) => name === 'token_form')

    expect(forms).toHaveLength(2)
    for (const { actual: form, expected } of forms)
      expect([form, expected]).toStrictEqual([actual, 'a signed JWT or an opaque token'])
    expect(forms.find(({ ok }) => !ok)?.reason).toBe(reason)
  })

  it.each([
    ['opaque', 'an opaque token', [true, false]],
    [unsignedJwt({ sub: 'a' }), 'iss absent', [true, false]],
    [A, 'iss https://a.example', [false, true]],
  ])('gets which issuers are asked, and why: %#', async (token, actual, [first, second]) => {
    const findings = await observed(token, INACTIVE)

    const name = 'issuer_choice'
    expect(findings.filter((finding) => finding.name === name)).toStrictEqual([
      { name, issuer: 'introspecting', expected: 'introspection, iss any', actual, ok: first },
      { name, issuer: 'validating', expected: `jwt, iss ${ISS}`, actual, ok: second },
    ])
  })

  it.each([
    [{ detail: 'timed_out' }, { expected: 'an answer', actual: 'timed_out' }],
    [{ expected: 'a JSON object' }, { expected: 'a JSON object', actual: null }],
  ])('gets the dependency that failed: %j', async (logContext, comparison) => {
    const findings = await observed('opaque', fault('introspection_unavailable', logContext))

    expect(findings.at(-1)).toStrictEqual({
      name: 'dependency',
      ...comparison,
      ok: false,
      reason: 'introspection_unavailable',
      issuer: 'introspecting',
    })
    expect((await observed('opaque', INACTIVE)).map(({ name }) => name)).not.toContain('dependency')
  })
})

describe('a refusal', () => {
  const V1 = 'https://sts.windows.net/0f0f0f0f-0000-4000-8000-000000000000/'

  const refusalOf = (verify: ReturnType<typeof verifierOf>, iss: string) =>
    verify(new Redacted(unsignedJwt({ iss })), PLENTY_OF_TIME, () => undefined)
  /** What the decision has for a v1 token of Entra that the only issuer denies for this reason. */
  const toldOf = (refusal: Denial | Fault) =>
    refusalOf(verifierOf([{ provider: 'entra' }], refusal), V1)

  it('has a better reason if the token shows one, else is unchanged', async () => {
    const logContext = { issuer: 'callers', clientId: 'client-1' }
    const [mismatch, expired] = [
      await toldOf(denial('audience_mismatch', logContext)),
      await toldOf(denial('token_expired', logContext)),
    ]

    expect(mismatch).toStrictEqual(denied('entra_v1_token', logContext))
    expect(expired).toStrictEqual(denied('token_expired', logContext))
  })

  it('for an unknown issuer has the configured issuers, each once, and the issuer of the token', async () => {
    const [b, c] = ['https://b.example', 'https://c.example'] as const
    const configs = [b, b, c].map((issuer) => ({ rules: tokenRules({ issuer }) }))
    const refusal = await refusalOf(verifierOf(configs, denial('token_expired')), ISS)

    expect(refusal).toStrictEqual(denied('issuer_mismatch', { expected: [b, c], actual: ISS }))
  })

  it('that is a fault stays as it is', async () => {
    const down = fault('keys_unavailable', { issuer: 'callers', detail: 'timed_out' })

    expect(await toldOf(down)).toStrictEqual(failure(down))
  })
})
