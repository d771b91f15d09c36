import { readdir, readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from '@jest/globals'
import { closeRigs, functionSays, startRig, type Rig } from './gateway-rig.ts'
import {
  bearer as bearerOf,
  closeProviders,
  jsonWebKey,
  newKey,
  nowSeconds,
  providerOrigin,
  startProvider,
  startRigWith,
  tokenOf,
} from './gateway-token-rig.ts'

afterEach(closeRigs)
afterEach(closeProviders)

const folder = new URL('../../deploy/', import.meta.url)
const oicHost = 'your-oic-host.example.com'
const echo = '/ic/api/integration/v1/flows/rest/ECHO/1.0'

async function start(file: string, settings = {}, replace = (text: string) => text): Promise<Rig> {
  const specification: unknown = JSON.parse(replace(await readFile(new URL(file, folder), 'utf8')))
  return startRig({ specification, pathPrefix: '/oic', origin: `https://${oicHost}`, settings })
}

const gatewayHost = 'your-api-gateway-host.example.com'
const signingKey = newKey('SIGNING_KEY')
function pathOf(file: string) {
  return file.includes('stock') ? '/oic/hello' : '/oic/echo/a'
}

/** With the modulus put in; `e` is in the file already, as it is the same for practically every key. */
function startWithKey(file: string): Promise<Rig> {
  return start(file, {}, (text) =>
    text
      .replace('MODULUS_OF_THE_SIGNING_KEY', signingKey.n)
      .replace('BASE64_OF_USER_COLON_PASSWORD', 'cm91dGU='),
  )
}

const bearer = ['Authorization', 'Bearer from-caller']
function permit(scope: string[]) {
  return () => functionSays({ active: true, scope, context: { back_end_token: 'Bearer for-oic' } })
}
function deny(responseCode: string) {
  return () =>
    functionSays({
      active: false,
      wwwAuthenticate: 'Bearer error="invalid_token"',
      context: { responseCode },
    })
}

describe.each(['api-deployment.json', 'api-deployment.single-argument.json'])('%s', (file) => {
  it('replaces the caller’s token with the one from the function', async () => {
    const rig = await start(file)
    rig.functionAnswers(permit([]))
    const response = await rig.call('/oic/echo/a?c=d', { headers: bearer })
    expect(response.status).toBe(200)
    expect(rig.backendCalls.map((seen) => seen.target)).toEqual([`${echo}/a?c=d`])
    expect(rig.backendCalls[0]?.header('Authorization')).toEqual(['Bearer for-oic'])
    expect(rig.backendCalls[0]?.header('Host')).toEqual([oicHost])
  })

  it('requires the scope for orders on its route', async () => {
    const rig = await start(file)
    rig.functionAnswers(permit(['other']))
    expect((await rig.call('/oic/orders/7', { headers: bearer })).status).toBe(403)
    rig.gateway.clearResultCache()
    rig.functionAnswers(permit(['orders:invoke']))
    expect((await rig.call('/oic/orders/7', { headers: bearer })).status).toBe(200)
    expect(rig.backendCalls.map((seen) => seen.target)).toEqual([`${echo}/orders/7`])
  })

  it.each([
    ['/oic/echo/hello', 401],
    ['/oic/orders/7', 401],
    ['/oic/health', 200],
  ])('answers %s without a valid token with %i', async (target, status) => {
    const rig = await start(file)
    rig.functionAnswers(deny('401'))
    const response = await rig.call(target)
    expect(response.status).toBe(status)
    expect(rig.backendCalls).toEqual([])
    expect(JSON.parse(response.body)).toBeInstanceOf(Object)
  })

  // Whether OCI resolves dot segments is not documented; with a wildcard they could reach any integration.
  it.each(['/oic/echo/../../OTHER/1.0/x', '/oic/echo/a/../../../OTHER/1.0/x'])(
    'has no route for %s, which would leave the integration',
    async (target) => {
      const rig = await start(file)
      rig.functionAnswers(permit([]))
      expect((await rig.call(target, { headers: bearer })).status).toBe(404)
      expect(rig.backendCalls).toEqual([])
    },
  )

  it('answers 502 if the function cannot decide', async () => {
    const rig = await start(file)
    rig.functionAnswers(() => functionSays({}, 502))
    expect((await rig.call('/oic/echo/hello', { headers: bearer })).status).toBe(502)
  })
})

describe('api-deployment.json', () => {
  it('calls the function with the token and the identifier of the request', async () => {
    const rig = await start('api-deployment.json')
    await rig.call('/oic/echo/hello', { headers: bearer })
    expect(rig.functionCalls).toEqual([
      {
        type: 'USER_DEFINED',
        data: { token: 'Bearer from-caller', opc_request_id: expect.any(String) },
      },
    ])
  })

  it.each(['401', '403'])('answers a denial with the status %s of the function', async (code) => {
    const rig = await start('api-deployment.json')
    rig.functionAnswers(deny(code))
    const response = await rig.call('/oic/echo/hello', { headers: bearer })
    expect(String(response.status)).toBe(code)
    expect(response.header('Content-Type')).toEqual(['application/json'])
    expect(response.header('Cache-Control')).toEqual(['no-store'])
  })

  it.each([
    [true, 'Bearer error="invalid_token"'],
    [false, 'Bearer realm="oic-gateway-authorizer"'],
  ])(
    'always challenges, whether the gateway keeps the challenge of the function (%s) or not',
    async (modifyResponseKeepsChallenge, challenge) => {
      const rig = await start('api-deployment.json', { modifyResponseKeepsChallenge })
      rig.functionAnswers(deny('401'))
      const response = await rig.call('/oic/echo/hello', { headers: bearer })
      expect(response.header('WWW-Authenticate')).toEqual([challenge])
    },
  )
})

describe('api-deployment.single-argument.json', () => {
  it('calls the function with the Authorization header, and returns its challenge', async () => {
    const rig = await start('api-deployment.single-argument.json')
    rig.functionAnswers(deny('401'))
    const response = await rig.call('/oic/echo/hello', { headers: bearer })
    expect(rig.functionCalls).toEqual([{ type: 'TOKEN', token: 'Bearer from-caller' }])
    expect(response.header('WWW-Authenticate')).toEqual(['Bearer error="invalid_token"'])
  })
})

describe('api-deployment.basic-pass-through.json', () => {
  it('passes the caller’s Basic credentials to OIC, which validates them', async () => {
    const rig = await start('api-deployment.basic-pass-through.json')
    await rig.call('/oic/echo/a', { headers: ['Authorization', 'Basic Y2FsbGVy'] })
    await rig.call('/oic/echo/a')
    expect(rig.backendCalls.map((seen) => seen.target)).toEqual([`${echo}/a`, `${echo}/a`])
    expect(rig.backendCalls.map((seen) => seen.header('Authorization'))).toEqual([
      ['Basic Y2FsbGVy'],
      [],
    ])
    expect(rig.functionCalls).toEqual([])
  })
})

describe('api-deployment.basic-at-route.json', () => {
  it('sets the route’s credentials for every caller, as its path says', async () => {
    const file = 'api-deployment.basic-at-route.json'
    const rig = await start(file, {}, (text) =>
      text.replace('BASE64_OF_USER_COLON_PASSWORD', 'cm91dGU='),
    )
    await rig.call('/oic/unprotected/echo/a')
    await rig.call('/oic/unprotected/echo/a', { headers: ['Authorization', 'Basic Y2FsbGVy'] })
    expect(rig.backendCalls.map((seen) => seen.target)).toEqual([`${echo}/a`, `${echo}/a`])
    expect(rig.backendCalls.map((seen) => seen.header('Authorization'))).toEqual([
      ['Basic cm91dGU='],
      ['Basic cm91dGU='],
    ])
    expect(rig.functionCalls).toEqual([])
  })
})

describe.each(['api-deployment.jwt-stock.json', 'api-deployment.jwt-basic-at-route.json'])(
  '%s',
  (file) => {
    it('accepts a token of the identity domain', async () => {
      const rig = await startWithKey(file)
      const token = await tokenOf(signingKey, { aud: ['other', gatewayHost], scope: 'anything' })
      expect((await rig.call(pathOf(file), bearerOf(token))).status).toBe(200)
      expect(rig.functionCalls).toEqual([])
    })

    it.each([
      ['for another audience', { aud: 'other.example.com' }],
      ['of another issuer', { iss: 'https://identity.oraclecloud.com' }],
      ['that has expired', { exp: nowSeconds }],
    ])('answers a token %s with 401', async (_, claims) => {
      const rig = await startWithKey(file)
      const token = await tokenOf(signingKey, { aud: gatewayHost, ...claims })
      expect((await rig.call(pathOf(file), bearerOf(token))).status).toBe(401)
    })

    it('answers a token of another identity domain with the same issuer and kid with 401', async () => {
      const rig = await startWithKey(file)
      const token = await tokenOf(newKey('SIGNING_KEY'), { aud: gatewayHost })
      expect((await rig.call(pathOf(file), bearerOf(token))).status).toBe(401)
    })

    it('answers no token, and Basic credentials, with 401', async () => {
      const rig = await startWithKey(file)
      const basic = { headers: ['Authorization', 'Basic Y2FsbGVy'] }
      expect((await rig.call(pathOf(file))).status).toBe(401)
      expect((await rig.call(pathOf(file), basic)).status).toBe(401)
      expect(rig.backendCalls).toEqual([])
    })

    it('does not start before the placeholder of the key is replaced', async () => {
      await expect(start(file)).rejects.toThrow('publicKeys.keys[0] must be an RSA key of 2048')
    })
  },
)

describe('api-deployment.jwt-stock.json', () => {
  it('answers itself, at the path of the article', async () => {
    const rig = await startWithKey('api-deployment.jwt-stock.json')
    const token = await tokenOf(signingKey, { aud: gatewayHost })
    const response = await rig.call('/oic/hello', bearerOf(token))
    expect(JSON.parse(response.body)).toEqual({ message: 'Hello' })
    expect(rig.backendCalls).toEqual([])
  })
})

describe('api-deployment.jwt-basic-at-route.json', () => {
  it('sends the route’s credentials to OIC instead of the token', async () => {
    const rig = await startWithKey('api-deployment.jwt-basic-at-route.json')
    await rig.call('/oic/echo/a', bearerOf(await tokenOf(signingKey, { aud: gatewayHost })))
    expect(rig.backendCalls.map((seen) => seen.target)).toEqual([`${echo}/a`])
    expect(rig.backendCalls[0]?.header('Authorization')).toEqual(['Basic cm91dGU='])
  })
})

describe('api-deployment.open.json', () => {
  it('answers every caller', async () => {
    const rig = await start('api-deployment.open.json')
    const response = await rig.call('/oic/hello')
    expect([response.status, JSON.parse(response.body)]).toEqual([200, { message: 'Hello' }])
  })
})

describe('api-deployment.jwt-remote-keys.json', () => {
  it('accepts only tokens that a published key verifies', async () => {
    const provider = await startProvider()
    provider.answers('jwks', { keys: [jsonWebKey(signingKey)] })
    const file = new URL('api-deployment.jwt-remote-keys.json', folder)
    const text = await readFile(file, 'utf8')
    const host = new URL(providerOrigin).host
    const specification: unknown = JSON.parse(
      text.replace('your-identity-domain.example.com', host),
    )
    const rig = await startRigWith(provider, { specification, pathPrefix: '/oic' })
    const statusOf = async (token: string) => (await rig.call('/oic/hello', bearerOf(token))).status
    expect(await statusOf(await tokenOf(signingKey, { aud: gatewayHost }))).toBe(200)
    expect(await statusOf(await tokenOf(newKey('SIGNING_KEY'), { aud: gatewayHost }))).toBe(401)
    expect((await rig.call('/oic/hello')).status).toBe(401)
  })
})

// That OCI's model takes them is proved by reading: what is read is a type within that model.
describe('the files in deploy', () => {
  it('have only placeholders for hosts, functions, keys and credentials', async () => {
    const namesAndKeys = /\/\/[^/"]+|ocid1[^"]*|Basic [^"]*|"(audiences|n)": [^,\n]*/g
    const files = (await readdir(folder)).filter((name) => /^api-deployment.*\.json$/.test(name))
    expect(files).toHaveLength(8)
    const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))
    const found = texts.flatMap((text) => text.match(namesAndKeys) ?? [])
    expect(new Set(found)).toEqual(
      new Set([
        `//${oicHost}`,
        '//identity.oraclecloud.com',
        '//your-identity-domain.example.com',
        'ocid1.fnfunc.oc1.REGION.UNIQUE',
        'Basic BASE64_OF_USER_COLON_PASSWORD',
        '"audiences": ["your-api-gateway-host.example.com"]',
        '"n": "MODULUS_OF_THE_SIGNING_KEY"',
      ]),
    )
  })
})
