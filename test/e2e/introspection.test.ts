import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { jwtToken, opaqueToken, secondsFromNow } from './support/callers-tokens.ts'
import { startDoublingServer } from './support/doubling-server.ts'
import { startScriptedServer, type ScriptedServer } from './support/scripted-server.ts'
import {
  AUDIENCE,
  CLIENT_IDS,
  NO_FLAT_KEYS,
  SECRET_OCIDS,
  startWorld,
  type World,
} from './support/world.ts'

let world: World
let foreign: ScriptedServer

beforeAll(async () => {
  foreign = await startScriptedServer(() => ({ body: { active: false } }))
  world = await startWorld()
})
afterEach(async () => {
  foreign.reset()
  await world.reset()
})
afterAll(async () => {
  await Promise.all([world.close(), foreign.close()])
})

describe('an introspection answer about a JWT', () => {
  const claims = { jti: 'token-1', iat: secondsFromNow(-60), exp: secondsFromNow(900), sub: 'a' }

  it.each([
    ['jti', 'token-2'],
    ['iat', claims.iat + 60],
    ['exp', claims.exp + 60],
    ['sub', 'mallory'],
  ])('that contradicts its %s is a fault', async (name, value) => {
    world.introspection.replyWith({ body: world.activeAnswer({ ...claims, [name]: value }) })

    const { verdict, line } = await world.decide(jwtToken(claims))

    expect(verdict).toBe('fault introspection_unusable')
    expect(line['detail']).toBe(`contradicts_token: ${name}`)
  })

  it('that agrees with it is good', async () => {
    world.introspection.replyWith({ body: world.activeAnswer(claims) })

    expect((await world.decide(jwtToken(claims))).verdict).toBe('permit permitted')
  })
})

describe('an introspection endpoint', () => {
  it('that repeats an answer after the next request does not answer for the next token', async () => {
    const good = opaqueToken()
    const server = await startDoublingServer((form) =>
      form.get('token') === good ? world.activeAnswer() : { active: false },
    )
    await world.start({ idcs_introspection_endpoint: server.url })
    const verdicts: string[] = []
    for (const token of [good, opaqueToken(), good, opaqueToken()]) {
      verdicts.push((await world.decide(token)).verdict)
    }
    server.close()

    const [permit, denial] = ['permit permitted', 'deny token_inactive']
    expect(verdicts).toEqual([permit, denial, permit, denial])
  })

  it('that answers a bad token with an error is not said to have refused our client', async () => {
    world.introspection.replyWith({ status: 400, body: { error: 'invalid_token' } })

    const { verdict, line } = await world.decide()

    expect(verdict).toBe('fault introspection_refused')
    expect(line['detail']).toBe('invalid_token')
    expect(line['hint']).toMatch(/active: false/)
  })

  it('that labels its answer as another media type is told that', async () => {
    world.introspection.replyWith({
      headers: { 'content-type': 'text/plain' },
      body: world.activeAnswer(),
    })

    expect((await world.decide()).line['detail']).toBe('media_type')
  })
})

describe('an opaque token', () => {
  const document = (one: object, other: object) => {
    const client = {
      client_id: CLIENT_IDS.introspection,
      client_secret_ocid: SECRET_OCIDS.introspection,
    }
    const issuer = { audience: [AUDIENCE], client, introspection_cache_seconds: 300 }
    const { config } = world
    return {
      ...NO_FLAT_KEYS,
      authorizer_config: JSON.stringify({
        issuers: [
          {
            ...issuer,
            name: 'foreign',
            issuer: 'https://foreign.example/',
            introspection_endpoint: `${foreign.url}/introspect`,
            ...one,
          },
          {
            ...issuer,
            name: 'own',
            introspection_endpoint: config['idcs_introspection_endpoint'],
            ...other,
          },
        ],
        backends: [
          {
            name: 'oic',
            token_endpoint: config['back_end_token_endpoint'],
            client: {
              client_id: CLIENT_IDS.backEnd,
              client_secret_ocid: SECRET_OCIDS.backEnd,
            },
            scope: config['back_end_scope'],
          },
        ],
      }),
    }
  }
  const warnings = () =>
    world.function.jsonLog().findLast(({ event }) => event === 'config_warning')

  it('is not shown to another issuer once its own has answered', async () => {
    await world.start(document({}, {}))
    const token = opaqueToken()

    await world.decide(token)
    foreign.forget()
    const second = await world.decide(token)

    expect([second.verdict, second.line['caller_cache']]).toEqual(['permit permitted', 'hit'])
    expect(foreign.requests).toHaveLength(0)
    expect(JSON.stringify(warnings())).toContain('opaque_tokens')
  })

  it.each([
    ['its prefix', { prefixes: ['opaque-'] }, {}],
    ['its length', { lengths: [opaqueToken().length] }, {}],
    ['the prefix of the others', undefined, { prefixes: ['foreign-'] }],
    ['the length of the others', undefined, { lengths: [20] }],
  ])('is shown to its own issuer alone, by %s', async (_case, own, others) => {
    const form = (opaque: object | undefined) =>
      opaque === undefined || Object.keys(opaque).length === 0 ? {} : { opaque_tokens: opaque }
    await world.start(document(form(others), form(own)))

    expect((await world.decide()).verdict).toBe('permit permitted')
    expect(foreign.requests).toHaveLength(0)
  })

  it('is distinguished from a JWT, which only the issuer that it names is asked about', async () => {
    await world.start(document({}, {}))
    const token = jwtToken({ iss: 'https://foreign.example/', exp: secondsFromNow(900) })

    expect((await world.decide(token)).verdict).toBe('deny token_inactive')
    expect([foreign.requests.length, world.introspection.requests]).toEqual([1, []])
  })

  it('that no issuer recognises is shown to nobody', async () => {
    const elsewhere = { opaque_tokens: { prefixes: ['other-'] } }
    await world.start(document(elsewhere, elsewhere))

    expect((await world.decide()).verdict).toBe('deny token_opaque')
    expect([foreign.requests, world.introspection.requests]).toEqual([[], []])
  })
})
