/**
 * What holds with a real Keycloak as the callers' identity provider and as OIC's: the built
 * function, in each of its ways to judge a caller.
 * I/O: Keycloak, the function and their neighbours, on loopback.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { anotherApiScope, apiScope, oicScope } from './keycloak/cast.ts'
import {
  byExchange,
  byPrivateKey,
  configFor,
  startWorld,
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

/** One function of each kind that has judged this token, and so has keys and OIC's token at hand. */
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

  /** Keys alone cannot tell that a token was revoked: such a token passes until its `exp`. */
  const afterRevocation = validation === 'jwt' ? 'permit' : 'deny'

  it('permits a client, and OIC accepts what its token was swapped for', async () => {
    const token = await requestPartnerToken(apiScope)
    const { sub, exp = 0 } = decodeJwt(token)
    const { outcome, answer, backEndToken } = await authorizer.decide(token)

    expect(outcome).toBe('permit')
    expect(answer).toMatchObject({ principal: sub, clientId: 'partner-a' })
    expect(answer['scope']).toContain(apiScope)
    expect(Date.parse(String(answer['expiresAt'])) / 1000).toBeLessThanOrEqual(exp)
    expect(await world.callIntegration(backEndToken)).toBe(200)
  })

  it('permits a user, and knows the client from `azp`, all that a JWT of Keycloak has', async () => {
    const { accessToken } = await requestUserTokens()
    const { outcome, answer } = await authorizer.decide(accessToken)

    expect(outcome).toBe('permit')
    expect(answer).toMatchObject({ principal: world.cast.alice.id, clientId: 'portal' })
  })

  it('denies a token whose audience is only `account`, as Keycloak gives it by itself', async () => {
    const token = await requestPartnerToken()

    expect(decodeJwt(token).aud).toBe('account')
    expect((await authorizer.decide(token)).outcome).toBe('deny')
  })

  it('denies a token that our client may introspect, but that is for another API', async () => {
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

  it(`says ${afterRevocation} to a token that its client has revoked`, async () => {
    const token = await requestPartnerToken(apiScope)
    expect((await authorizer.decide(token)).outcome).toBe('permit')

    await world.cast.callers.revoke(world.cast.partner, token)

    expect((await authorizer.decide(token)).outcome).toBe(afterRevocation)
  })

  it(`says ${afterRevocation} to a user whom an administrator has signed out`, async () => {
    const { accessToken } = await requestUserTokens()
    expect((await authorizer.decide(accessToken)).outcome).toBe('permit')

    await world.admin.signOut(world.cast.callers.name, world.cast.alice.id)

    expect((await authorizer.decide(accessToken)).outcome).toBe(afterRevocation)
  })
})

describe('the way to the backend', () => {
  it('by private_key_jwt (RFC 7523 §2.2): OIC accepts what came of it', async () => {
    const config = { ...configFor('jwt', world.cast), ...byPrivateKey(world.cast) }
    const { outcome, reason, backEndToken } = await world
      .deploy(config)
      .decide(await requestPartnerToken(apiScope))

    expect([outcome, reason]).toEqual(['permit', 'permitted'])
    expect(await world.callIntegration(backEndToken)).toBe(200)
  })

  it('by token exchange (RFC 8693): a new token of the same person, for our client', async () => {
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

  it.each(validations)(
    'is taken up by a running function, with validation=%s',
    async (validation) => {
      expect(await firstPermit(running[validation], token)).toMatchObject({ outcome: 'permit' })
    },
  )

  it.each(validations)('leaves the former one good, with validation=%s', async (validation) => {
    expect((await running[validation].decide(formerToken)).outcome).toBe('permit')
  })

  it('makes tokens of the former one worthless once that is removed', async () => {
    await removeFormerKeys()
    for (const validation of validations) {
      const restarted = deploy(validation)
      expect((await restarted.decide(formerToken)).outcome).toBe('deny')
      expect((await restarted.decide(token)).outcome).toBe('permit')
    }
  })
})

// The last one: Keycloak does not come back.
describe('once Keycloak is gone', () => {
  let running: Authorizers
  let token: string

  beforeAll(async () => {
    token = await requestPartnerToken(apiScope)
    running = await startedWith(token)
    await world.keycloak.stop()
  })

  it.each(['introspection', 'jwt_and_introspection'] as const)(
    'nobody can tell whether a token is revoked: a fault with validation=%s',
    async (validation) => {
      expect(await running[validation].decide(token)).toMatchObject({
        outcome: 'fault',
        reason: 'introspection_unavailable',
      })
    },
  )

  it('JWTs are judged by the keys that are at hand', async () => {
    const decision = await running.jwt.decide(token)

    expect(decision).toMatchObject({ outcome: 'permit' })
    expect(await world.callIntegration(decision.backEndToken)).toBe(200)
  })

  // A denial or a fault: a key that would fit may have been published since the last look.
  it.each(['jwt', 'jwt_and_introspection'] as const)(
    'a changed signature does not pass, with validation=%s',
    async (validation) => {
      const { outcome } = await running[validation].decide(withAnotherSignature(token))
      expect(outcome).not.toBe('permit')
    },
  )

  it('a function that has no keys yet cannot tell', async () => {
    const { outcome, reason } = await deploy('jwt').decide(token)

    expect(outcome).toBe('fault')
    // It is the keys that it lacks; it must not have gone on to ask for OIC's token.
    expect(['config_invalid', 'token_endpoint_unavailable']).not.toContain(reason)
  })
})

function keyId(token: string) {
  return decodeProtectedHeader(token).kid
}

/** Changes a character in the middle: the last one has bits that mean nothing. */
function withAnotherSignature(token: string): string {
  const position = token.length - 100
  const other = token[position] === 'A' ? 'B' : 'A'
  return `${token.slice(0, position)}${other}${token.slice(position + 1)}`
}

/** An unknown key is asked for once per cooldown at most, so that it may take that long. */
async function firstPermit(authorizer: Authorizer, token: string): Promise<Decision> {
  const giveUp = performance.now() + 45_000
  for (;;) {
    const decision = await authorizer.decide(token)
    if (decision.outcome === 'permit' || performance.now() > giveUp) return decision
    await delay(250)
  }
}
