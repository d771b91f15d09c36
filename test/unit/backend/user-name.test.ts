import { describe, expect, it } from '@jest/globals'
import { readUserName } from '../../../src/backend/user-name.ts'
import type { JwtBearerGrantConfig } from '../../../src/config/model.ts'
import { denial } from '../../../src/decision.ts'
import type { ProviderName } from '../../../src/providers/index.ts'
import { jsonObject } from '../support/tokens.ts'
import { callBy } from '../support/tokens-for-backends.ts'
import { createJwtGrant, JWT_BEARER, type GrantOptions } from './grants-fixture.ts'

describe('readUserName', () => {
  type Changes = Partial<JwtBearerGrantConfig> & GrantOptions

  const nameOf = (claims: object, { provider, ...config }: Changes = {}, call = {}) => {
    const { grant } = createJwtGrant({ config, provider })
    const backendCall = callBy({ claims: jsonObject(claims), ...call })
    const request = grant.requestFor(backendCall)
    const name = readUserName(backendCall, provider, { ...JWT_BEARER, ...config })
    return request.ok && name.ok ? name.value : !request.ok && request.error
  }
  const missing = (detail: string) => denial('subject_missing', { detail })
  const APPLICATION = missing('application')
  const NOT_VERIFIED = missing('not_verified')

  it.each([
    ['a name with a space', 'j doe'],
    ['a name of 256 characters', 'x'.repeat(256)],
    ['a name of one character', 'x'],
    ['a name in other scripts', 'Zoë Łukasz 王'],
    ['a name in capitals', 'JDoe'],
    ['a name that contains the prefix of service accounts', 'jdoe.service-account-crm'],
    ['a name that contains the suffix of Auth0 applications', 'jdoe@clients.example'],
  ])('returns %s unchanged', (_case, sub) => {
    expect(nameOf({ sub })).toBe(sub)
  })

  it('reads only the configured claim', () => {
    const config = { subjectClaim: 'employee' }

    expect(nameOf({ sub: 'jdoe', employee: 'e4711' }, config)).toBe('e4711')
    expect(nameOf({ sub: 'jdoe' }, config)).toStrictEqual(missing('claim_missing'))
  })

  it.each([
    ['is absent', undefined, 'claim_missing'],
    ['is empty', '', 'claim_missing'],
    ['is only spaces', '  ', 'name_malformed'],
    ['begins with a space', ' jdoe', 'name_malformed'],
    ['ends with a space', 'jdoe ', 'name_malformed'],
    ['ends with a no-break space', 'jdoe\u00a0', 'name_malformed'],
    ['has an ideographic space', 'j\u3000doe', 'name_malformed'],
    ['is longer than 256 characters', 'x'.repeat(257), 'name_malformed'],
    ['has a line break', 'jdoe\nadmin', 'name_malformed'],
    ['has a NUL', 'jdoe\0', 'name_malformed'],
    ['has a control character beyond ASCII', 'jdoe\u0085', 'name_malformed'],
    ['has a zero-width space', 'jd\u200boe', 'name_malformed'],
    ['has a soft hyphen', 'jd\u00adoe', 'name_malformed'],
    ['has a right-to-left override', 'jd\u202eoe', 'name_malformed'],
    ['begins with a byte order mark', '\ufeffjdoe', 'name_malformed'],
    ['has a line separator', 'jd\u2028oe', 'name_malformed'],
    ['has a paragraph separator', 'jd\u2029oe', 'name_malformed'],
    ['has a lone high surrogate', 'jd\ud800oe', 'name_malformed'],
    ['has a lone low surrogate', 'jd\udc00oe', 'name_malformed'],
    ['is a Keycloak service account', 'service-account-crm', 'application'],
    ['is an Auth0 application', 'a1b2c3@clients', 'application'],
  ])('rejects the token if the name %s', (_case, sub, detail) => {
    expect(nameOf(sub === undefined ? {} : { sub })).toStrictEqual(missing(detail))
  })

  it.each([
    ['sub_type', { sub_type: 'client' }],
    ['idtyp', { idtyp: 'app' }],
    ['gty', { gty: 'client-credentials' }],
    ['preferred_username', { preferred_username: 'service-account-crm' }],
    ['username', { username: 'service-account-crm' }],
    ['`sub`, which is the client ID', { sub: 'partner-a' }],
    ['`sub`, which is an Auth0 application', { sub: 'a1b2@clients' }],
  ])('rejects the token of an application, recognized by %s', (_case, members) => {
    const config = { subjectClaim: 'employee' }

    expect(nameOf({ sub: 'jdoe', employee: 'e4711', ...members }, config)).toStrictEqual(
      APPLICATION,
    )
  })

  it('RFC 9068 §5: rejects a name that is the client ID', () => {
    expect(nameOf({ sub: 'partner-a' }, {}, { clientId: 'partner-a' })).toStrictEqual(APPLICATION)
    expect(nameOf({ sub: 'partner-a' }, {}, { clientId: undefined })).toBe('partner-a')
  })

  it('accepts a token whose claims describe a user', () => {
    expect(nameOf({ sub: 'jdoe', sub_type: 'user', idtyp: 'user', gty: 'password' })).toBe('jdoe')
    expect(nameOf({ sub: 'jdoe', '': 'client' })).toBe('jdoe')
  })

  describe('with an e-mail address as the name', () => {
    const email = 'j@example.com'
    const byEmail = (
      members: object,
      provider?: ProviderName,
      acceptsUserControlledClaim = false,
    ) =>
      nameOf(
        { sub: 'jdoe', email, ...members },
        { subjectClaim: 'email', acceptsUserControlledClaim, provider },
      )
    const PROVIDERS = [undefined, 'entra', 'keycloak', 'auth0', 'okta', 'oci_iam', 'oidc'] as const

    it.each(PROVIDERS)('accepts a verified address (%s)', (provider) => {
      expect(byEmail({ email_verified: true }, provider)).toBe(email)
      expect(byEmail({ email_verified: 'true' }, provider)).toBe(email)
    })

    it.each(PROVIDERS)('rejects an address that is not verified (%s)', (provider) => {
      for (const flag of [false, 'false', null, 0, 1, 'yes', {}]) {
        expect(byEmail({ email_verified: flag }, provider, true)).toStrictEqual(NOT_VERIFIED)
      }
    })

    it('rejects a token without email_verified if its provider sends it, unless the configuration accepts that', () => {
      const rejecting = (accepts: boolean) =>
        PROVIDERS.filter((provider) => byEmail({}, provider, accepts) !== email)

      expect(rejecting(false)).toStrictEqual(['entra', 'keycloak', 'auth0', 'okta'])
      expect(rejecting(true)).toStrictEqual([])
    })

    it('rejects another claim that is marked as not verified', () => {
      const config = { subjectClaim: 'phone_number' }
      const claims = { sub: 'jdoe', phone_number: '+1 555', phone_number_verified: false }

      expect(nameOf(claims, config)).toStrictEqual(NOT_VERIFIED)
    })

    it.each(['https://example.com/email', 'email-address', 'Mail'])(
      'rejects the claim %s if one of two members marks it as not verified',
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
