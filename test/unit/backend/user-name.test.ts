import { describe, expect, it } from '@jest/globals'
import { readUserName } from '../../../src/backend/user-name.ts'
import type { JwtBearerGrantConfig } from '../../../src/config/model.ts'
import { denial } from '../../../src/decision.ts'
import type { ProviderName } from '../../../src/providers/index.ts'
import { jsonObject } from '../support/tokens.ts'
import { callBy } from '../support/tokens-for-backends.ts'
import { JWT_BEARER, jwtBearerGrantIn } from './grants-fixture.ts'

describe('the user of an assertion', () => {
  type Changes = Partial<JwtBearerGrantConfig> & Parameters<typeof jwtBearerGrantIn>[0]

  const nameOf = (claims: object, { provider, ...config }: Changes = {}, call = {}) => {
    const { grant } = jwtBearerGrantIn({ config, provider })
    const calling = callBy({ claims: jsonObject(claims), ...call })
    const request = grant.requestFor(calling)
    const name = readUserName(calling, provider, { ...JWT_BEARER, ...config })
    return request.ok && name.ok ? name.value : !request.ok && request.error
  }
  const missing = (detail: string) => denial('subject_missing', { detail })
  const APPLICATION = missing('application')
  const NOT_VERIFIED = missing('not_verified')

  it.each([
    ['a name with a blank', 'j doe'],
    ['a name of 256 characters', 'x'.repeat(256)],
    ['a name of one character', 'x'],
    ['a name in another script', 'Zoë Łukasz 王'],
    ['a name in capitals', 'JDoe'],
    ['a name with the prefix of service accounts within', 'jdoe.service-account-crm'],
    ['a name with the suffix of applications at Auth0 within', 'jdoe@clients.example'],
  ])('is %s as it is', (_case, sub) => {
    expect(nameOf({ sub })).toBe(sub)
  })

  it('is named by the configured claim only', () => {
    const config = { subjectClaim: 'employee' }

    expect(nameOf({ sub: 'jdoe', employee: 'e4711' }, config)).toBe('e4711')
    expect(nameOf({ sub: 'jdoe' }, config)).toStrictEqual(missing('claim_missing'))
  })

  it.each([
    ['is absent', undefined, 'claim_missing'],
    ['is empty', '', 'claim_missing'],
    ['is blank', '  ', 'name_malformed'],
    ['begins with a blank', ' jdoe', 'name_malformed'],
    ['ends with a blank', 'jdoe ', 'name_malformed'],
    ['ends with a no-break space', 'jdoe\u00a0', 'name_malformed'],
    ['has an ideographic space', 'j\u3000doe', 'name_malformed'],
    ['is longer than 256 characters', 'x'.repeat(257), 'name_malformed'],
    ['has a line break', 'jdoe\nadmin', 'name_malformed'],
    ['has a NUL', 'jdoe\0', 'name_malformed'],
    ['has a control character beyond ASCII', 'jdoe\u0085', 'name_malformed'],
    ['has a zero-width space', 'jd\u200boe', 'name_malformed'],
    ['has a soft hyphen', 'jd\u00adoe', 'name_malformed'],
    ['changes its direction', 'jd\u202eoe', 'name_malformed'],
    ['begins with a byte order mark', '\ufeffjdoe', 'name_malformed'],
    ['has a line separator', 'jd\u2028oe', 'name_malformed'],
    ['has a paragraph separator', 'jd\u2029oe', 'name_malformed'],
    ['has a lone high surrogate', 'jd\ud800oe', 'name_malformed'],
    ['has a lone low surrogate', 'jd\udc00oe', 'name_malformed'],
    ['is a Keycloak service account', 'service-account-crm', 'application'],
    ['is an application at Auth0', 'a1b2c3@clients', 'application'],
  ])('is missing if the name %s', (_case, sub, detail) => {
    expect(nameOf(sub === undefined ? {} : { sub })).toStrictEqual(missing(detail))
  })

  it.each([
    ['sub_type', { sub_type: 'client' }],
    ['idtyp', { idtyp: 'app' }],
    ['gty', { gty: 'client-credentials' }],
    ['preferred_username', { preferred_username: 'service-account-crm' }],
    ['username', { username: 'service-account-crm' }],
    ['a `sub` that is the client id', { sub: 'partner-a' }],
    ['a `sub` of Auth0’s clients', { sub: 'a1b2@clients' }],
  ])('is missing if the token is an application’s by %s', (_case, members) => {
    const config = { subjectClaim: 'employee' }

    expect(nameOf({ sub: 'jdoe', employee: 'e4711', ...members }, config)).toStrictEqual(
      APPLICATION,
    )
  })

  it('RFC 9068 §5: is missing if the name is the client’s', () => {
    expect(nameOf({ sub: 'partner-a' }, {}, { clientId: 'partner-a' })).toStrictEqual(APPLICATION)
    expect(nameOf({ sub: 'partner-a' }, {}, { clientId: undefined })).toBe('partner-a')
  })

  it('is a user if the token says so', () => {
    expect(nameOf({ sub: 'jdoe', sub_type: 'user', idtyp: 'user', gty: 'password' })).toBe('jdoe')
    expect(nameOf({ sub: 'jdoe', '': 'client' })).toBe('jdoe')
  })

  describe('by e-mail address', () => {
    const email = 'j@example.com'
    const by = (members: object, provider?: ProviderName, acceptsUserControlledClaim = false) =>
      nameOf(
        { sub: 'jdoe', email, ...members },
        { subjectClaim: 'email', acceptsUserControlledClaim, provider },
      )
    const PROVIDERS = [undefined, 'entra', 'keycloak', 'auth0', 'okta', 'oci_iam', 'oidc'] as const

    it.each(PROVIDERS)('is a user if the address is verified (%s)', (provider) => {
      expect(by({ email_verified: true }, provider)).toBe(email)
      expect(by({ email_verified: 'true' }, provider)).toBe(email)
    })

    it.each(PROVIDERS)(
      'is missing if it is not verified, whatever is accepted (%s)',
      (provider) => {
        for (const flag of [false, 'false', null, 0, 1, 'yes', {}]) {
          expect(by({ email_verified: flag }, provider, true)).toStrictEqual(NOT_VERIFIED)
        }
      },
    )

    it('is missing if a provider that sends email_verified omits it, unless that is accepted', () => {
      const senders = ['entra', 'keycloak', 'auth0', 'okta']

      expect(PROVIDERS.filter((provider) => by({}, provider) !== email)).toStrictEqual(senders)
      expect(PROVIDERS.filter((provider) => by({}, provider, true) !== email)).toStrictEqual([])
    })

    it('is missing if another claim is marked as not verified', () => {
      const config = { subjectClaim: 'phone_number' }
      const claims = { sub: 'jdoe', phone_number: '+1 555', phone_number_verified: false }

      expect(nameOf(claims, config)).toStrictEqual(NOT_VERIFIED)
    })

    it.each(['https://example.com/email', 'email-address', 'Mail'])(
      'is missing if the claim %s is not verified, even if only one of two members says so',
      (subjectClaim) => {
        const own = `${subjectClaim}_verified`
        const nameWith = (state: object) =>
          nameOf({ sub: 'jdoe', [subjectClaim]: email, ...state }, { subjectClaim })

        expect(nameWith({ email_verified: false })).toStrictEqual(NOT_VERIFIED)
        expect(nameWith({ email_verified: false, [own]: true })).toStrictEqual(NOT_VERIFIED)
        expect(nameWith({ email_verified: true, [own]: false })).toStrictEqual(NOT_VERIFIED)
        expect(nameWith({ email_verified: true, [own]: true })).toBe(email)
      },
    )
  })
})
