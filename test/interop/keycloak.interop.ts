/** The built function with a real Keycloak as the callers' identity provider and as OIC's. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { anotherApiScope, apiScope, oicScope } from './keycloak/cast.ts'
import {
  byExchange,
  byPrivateKey,
  configFor,
  startWorld,
  twoBackEnds,
  wrongIntrospectionSecret,
  type Authorizer,
  type Decision,
  type World,
} from './world.ts'

const validations = ['introspection', 'jwt', 'jwt_and_introspection'] as const
type Validation = (typeof validations)[number]
type Authorizers = Record<Validation, Authorizer>

let world: World

beforeAll(async () => {
  const { KEYCLOAK_HOME: home } = process.env
  if (home === undefined) throw new Error('run it by `npm run test:interop`')
  world = await startWorld(home)
}, 180_000)

afterAll(() => world.close())

function deploy(validation: Validation) {
  return world.deploy(configFor(validation, world.cast))
}

/** A function for each validation, with the caches filled by a call with this token. */
async function startedWith(token: string): Promise<Authorizers> {
  const authorizers: Authorizers = {
    introspection: deploy('introspection'),
    jwt: deploy('jwt'),
    jwt_and_introspection: deploy('jwt_and_introspection'),
  }
  for (const validation of validations) {
    const { outcome } = await authorizers[validation].decide(token)
    expect([validation, outcome]).toEqual([validation, 'permit'])
  }
  return authorizers
}

function requestPartnerToken(scope?: string): Promise<string> {
  return world.cast.callers.requestClientToken(world.cast.partner, scope)
}

function requestUserTokens() {
  const { callers, portal, alice } = world.cast
  return callers.requestUserTokens(portal, alice, apiScope)
}

describe.each(validations)('validation=%s', (validation) => {
  let authorizer: Authorizer

  beforeAll(() => {
    authorizer = deploy(validation)
  })

  /** With keys alone a revoked token is valid until its `exp`. */
  const afterRevocation = validation === 'jwt' ? 'permit' : 'deny'

  it('permits a client, and OIC accepts the token it gets instead', async () => {
    const token = await requestPartnerToken(apiScope)
    const { sub, exp = 0 } = decodeJwt(token)
    const { outcome, answer, backEndToken } = await authorizer.decide(token)

    expect(outcome).toBe('permit')
    expect(answer).toMatchObject({ principal: sub, clientId: 'partner-a' })
    expect(answer['scope']).toContain(apiScope)
    expect(Date.parse(String(answer['expiresAt'])) / 1000).toBeLessThanOrEqual(exp)
    expect(await world.callIntegration(backEndToken)).toBe(200)
  })

  it('permits a user, and reads the client from `azp`', async () => {
    const { accessToken } = await requestUserTokens()
    const { outcome, answer } = await authorizer.decide(accessToken)

    expect(outcome).toBe('permit')
    expect(answer).toMatchObject({ principal: world.cast.alice.id, clientId: 'portal' })
  })

  it('denies a token with the audience `account` alone, which is Keycloak’s default', async () => {
    const token = await requestPartnerToken()

    expect(decodeJwt(token).aud).toBe('account')
    expect((await authorizer.decide(token)).outcome).toBe('deny')
  })

  it('denies a token for another API that our client may introspect', async () => {
    const decision = await authorizer.decide(await requestPartnerToken(anotherApiScope))

    expect(decision).toMatchObject({ outcome: 'deny', reason: 'audience_mismatch' })
  })

  it('denies an ID token with our audience, which Keycloak introspects as active', async () => {
    const { idToken } = await requestUserTokens()

    expect(await authorizer.decide(idToken)).toMatchObject({
      outcome: 'deny',
      reason: 'token_type_wrong',
    })
  })

  it('denies a refresh token', async () => {
    const { refreshToken } = await requestUserTokens()

    expect((await authorizer.decide(refreshToken)).outcome).toBe('deny')
  })

  it('denies a token of another realm', async () => {
    const { oic, oicInvoker } = world.cast
    const token = await oic.requestClientToken(oicInvoker, oicScope)

    expect((await authorizer.decide(token)).outcome).toBe('deny')
  })

  it('denies a token whose signature was changed', async () => {
    const token = await requestPartnerToken(apiScope)

    expect((await authorizer.decide(withAnotherSignature(token))).outcome).toBe('deny')
  })

  it(`decides ${afterRevocation} for a token that its client has revoked`, async () => {
    const token = await requestPartnerToken(apiScope)
    expect((await authorizer.decide(token)).outcome).toBe('permit')

    await world.cast.callers.revoke(world.cast.partner, token)

    expect((await authorizer.decide(token)).outcome).toBe(afterRevocation)
  })

  it(`decides ${afterRevocation} for a user whom an administrator has signed out`, async () => {
    const { accessToken } = await requestUserTokens()
    expect((await authorizer.decide(accessToken)).outcome).toBe('permit')

    await world.admin.signOut(world.cast.callers.name, world.cast.alice.id)

    expect((await authorizer.decide(accessToken)).outcome).toBe(afterRevocation)
  })
})

describe('the backend token', () => {
  it('is requested with private_key_jwt (RFC 7523 §2.2), and OIC accepts it', async () => {
    const config = { ...configFor('jwt', world.cast), ...byPrivateKey(world.cast) }
    const { outcome, reason, backEndToken } = await world
      .deploy(config)
      .decide(await requestPartnerToken(apiScope))

    expect([outcome, reason]).toEqual(['permit', 'permitted'])
    expect(await world.callIntegration(backEndToken)).toBe(200)
  })

  it('is exchanged (RFC 8693): a new token of the same user, for our client', async () => {
    const config = { ...configFor('jwt', world.cast), ...byExchange(world.cast) }
    const { accessToken } = await requestUserTokens()
    const authorizer = world.deploy(config)
    const { outcome, reason, backEndToken } = await authorizer.decide(accessToken)

    expect([outcome, reason]).toEqual(['permit', 'permitted'])
    const exchanged = backEndToken.replace('Bearer ', '')
    expect(exchanged).not.toBe(accessToken)
    expect(decodeJwt(exchanged)).toMatchObject({
      sub: world.cast.alice.id,
      azp: world.cast.exchanger.clientId,
    })
    expect((await authorizer.decide(accessToken)).backEndToken).toBe(backEndToken)
  })
})

describe('a wrong secret for the introspection', () => {
  it.each(['introspection', 'jwt_and_introspection'] as const)(
    'is a fault and never a denial, with validation=%s',
    async (validation) => {
      const config = { ...configFor(validation, world.cast), ...wrongIntrospectionSecret }
      const decision = await world.deploy(config).decide(await requestPartnerToken(apiScope))

      expect(decision).toMatchObject({ outcome: 'fault', reason: 'introspection_refused' })
    },
  )
})

describe('a client secret that is rotated while the function runs', () => {
  it.each(['introspection', 'jwt_and_introspection'] as const)(
    'is read again at the next introspection, with validation=%s',
    async (validation) => {
      const authorizer = deploy(validation)
      const token = await requestPartnerToken(apiScope)
      expect(await authorizer.decide(token)).toMatchObject({ outcome: 'permit' })

      await world.rotateSecret('introspector')

      expect(await authorizer.decide(token)).toMatchObject({ outcome: 'permit' })
    },
  )

  it('is read again for the next token by client credentials', async () => {
    const authorizer = world.deploy(twoBackEnds(world.cast))
    const token = await requestPartnerToken(apiScope)
    const first = await authorizer.decide(token)
    expect(first).toMatchObject({ outcome: 'permit' })

    await world.rotateSecret('oicInvoker')

    const second = await authorizer.decide(token, { backend: 'second' })
    expect([second.outcome, second.reason]).toEqual(['permit', 'permitted'])
    expect(second.backEndToken).not.toBe(first.backEndToken)
    expect(await world.callIntegration(second.backEndToken)).toBe(200)
  })

  it('is read again for the next token exchange', async () => {
    const authorizer = world.deploy({ ...configFor('jwt', world.cast), ...byExchange(world.cast) })
    const { accessToken } = await requestUserTokens()
    expect(await authorizer.decide(accessToken)).toMatchObject({ outcome: 'permit' })

    await world.rotateSecret('exchanger')

    const partnerToken = await requestPartnerToken(apiScope)
    const { outcome, reason, backEndToken } = await authorizer.decide(partnerToken)
    expect([outcome, reason]).toEqual(['permit', 'permitted'])
    expect(decodeJwt(backEndToken.replace('Bearer ', '')).sub).toBe(decodeJwt(partnerToken).sub)
  })
})

describe('a new signing key', () => {
  let running: Authorizers
  let formerToken: string
  let token: string
  let removeFormerKeys: () => Promise<void>

  beforeAll(async () => {
    formerToken = await requestPartnerToken(apiScope)
    running = await startedWith(formerToken)
    ;({ removeFormerKeys } = await world.admin.rotateSigningKey(world.cast.callers.name))
    token = await requestPartnerToken(apiScope)
  })

  it('signs the tokens from then on', () => {
    expect(keyId(token)).not.toBe(keyId(formerToken))
  })

  it.each(validations)('is used by a running function, with validation=%s', async (validation) => {
    expect(await firstPermit(running[validation], token)).toMatchObject({ outcome: 'permit' })
  })

  it.each(validations)(
    'leaves tokens of the former key valid, with validation=%s',
    async (validation) => {
      expect((await running[validation].decide(formerToken)).outcome).toBe('permit')
    },
  )

  it('makes tokens of the former key invalid once that is removed', async () => {
    await removeFormerKeys()
    for (const validation of validations) {
      const restarted = deploy(validation)
      expect((await restarted.decide(formerToken)).outcome).toBe('deny')
      expect((await restarted.decide(token)).outcome).toBe('permit')
    }
  })
})

// Last, because Keycloak does not come back.
describe('when Keycloak has stopped', () => {
  let running: Authorizers
  let token: string

  beforeAll(async () => {
    token = await requestPartnerToken(apiScope)
    running = await startedWith(token)
    await world.keycloak.stop()
  })

  it.each(['introspection', 'jwt_and_introspection'] as const)(
    'a token that has to be introspected is a fault, with validation=%s',
    async (validation) => {
      expect(await running[validation].decide(token)).toMatchObject({
        outcome: 'fault',
        reason: 'introspection_unavailable',
      })
    },
  )

  it('JWTs are validated with the cached keys', async () => {
    const decision = await running.jwt.decide(token)

    expect(decision).toMatchObject({ outcome: 'permit' })
    expect(await world.callIntegration(decision.backEndToken)).toBe(200)
  })

  // A denial or a fault: a matching key may have been published since the last fetch.
  it.each(['jwt', 'jwt_and_introspection'] as const)(
    'a changed signature does not pass, with validation=%s',
    async (validation) => {
      const { outcome } = await running[validation].decide(withAnotherSignature(token))
      expect(outcome).not.toBe('permit')
    },
  )

  it('a function without keys answers with a fault', async () => {
    const { outcome, reason } = await deploy('jwt').decide(token)

    expect(outcome).toBe('fault')
    // Because of the keys, before any request for OIC's token.
    expect(['config_invalid', 'token_endpoint_unavailable']).not.toContain(reason)
  })
})

function keyId(token: string) {
  return decodeProtectedHeader(token).kid
}

/** Changes a character in the middle: the last one has unused bits. */
function withAnotherSignature(token: string): string {
  const position = token.length - 100
  const other = token[position] === 'A' ? 'B' : 'A'
  return `${token.slice(0, position)}${other}${token.slice(position + 1)}`
}

/** Keys are fetched at most once per cooldown, so it can take that long. */
async function firstPermit(authorizer: Authorizer, token: string): Promise<Decision> {
  const giveUp = performance.now() + 45_000
  for (;;) {
    const decision = await authorizer.decide(token)
    if (decision.outcome === 'permit' || performance.now() > giveUp) return decision
    await delay(250)
  }
}
