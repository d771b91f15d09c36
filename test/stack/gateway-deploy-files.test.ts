import { readdir, readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from '@jest/globals'
import { basicAtRoute, basicCaller, echo, folder, oicHost, start } from './gateway-deploy-rig.ts'
import { bearer, closeRigs } from './gateway-rig.ts'

afterEach(closeRigs)

const caller = bearer('from-caller')

function permit(...scope: string[]) {
  return { active: true, scope, context: { back_end_token: 'Bearer for-oic' } }
}
function deny(responseCode: string) {
  const wwwAuthenticate = 'Bearer error="invalid_token"'
  return { active: false, wwwAuthenticate, context: { responseCode } }
}

describe.each(['api-deployment.json', 'api-deployment.single-argument.json'])('%s', (file) => {
  it('replaces the caller’s token with the one from the function', async () => {
    const rig = await start(file, { answer: permit() })
    expect(await rig.statusOf('/oic/echo/a?c=d', caller)).toBe(200)
    expect(rig.targets()).toEqual([`${echo}/a?c=d`])
    expect(rig.backendHeader('Authorization')).toEqual(['Bearer for-oic'])
    expect(rig.backendHeader('Host')).toEqual([oicHost])
  })

  it('requires the scope for orders on its route', async () => {
    const rig = await start(file, { answer: permit('other') })
    expect(await rig.statusOf('/oic/orders/7', caller)).toBe(403)
    rig.gateway.clearResultCache()
    rig.functionAnswers(permit('orders:invoke'))
    expect(await rig.statusOf('/oic/orders/7', caller)).toBe(200)
    expect(rig.targets()).toEqual([`${echo}/orders/7`])
  })

  it.each([
    ['/oic/echo/hello', 401],
    ['/oic/orders/7', 401],
    ['/oic/health', 200],
  ])('answers %s without a valid token with %i', async (target, status) => {
    const rig = await start(file, { answer: deny('401') })
    const response = await rig.call(target)
    expect(response.status).toBe(status)
    expect(rig.backendCalls).toEqual([])
    expect(JSON.parse(response.body)).toBeInstanceOf(Object)
  })

  // Whether OCI resolves dot segments is not documented; with a wildcard they could reach any integration.
  it.each(['/oic/echo/../../OTHER/1.0/x', '/oic/echo/a/../../../OTHER/1.0/x'])(
    'has no route for %s, which would leave the integration',
    async (target) => {
      const rig = await start(file, { answer: permit() })
      expect(await rig.statusOf(target, caller)).toBe(404)
      expect(rig.backendCalls).toEqual([])
    },
  )

  it('answers 502 if the function cannot decide', async () => {
    const rig = await start(file)
    rig.functionAnswers({}, 502)
    expect(await rig.statusOf('/oic/echo/hello', caller)).toBe(502)
  })
})

describe('api-deployment.json', () => {
  it('calls the function with the token and the identifier of the request', async () => {
    const rig = await start('api-deployment.json')
    await rig.call('/oic/echo/hello', caller)
    expect(rig.functionCalls).toEqual([
      {
        type: 'USER_DEFINED',
        data: { token: 'Bearer from-caller', opc_request_id: expect.any(String) },
      },
    ])
  })

  it.each(['401', '403'])('answers a denial with the status %s of the function', async (code) => {
    const rig = await start('api-deployment.json', { answer: deny(code) })
    const response = await rig.call('/oic/echo/hello', caller)
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
      const settings = { modifyResponseKeepsChallenge }
      const rig = await start('api-deployment.json', { settings, answer: deny('401') })
      const response = await rig.call('/oic/echo/hello', caller)
      expect(response.header('WWW-Authenticate')).toEqual([challenge])
    },
  )
})

describe('api-deployment.single-argument.json', () => {
  it('calls the function with the Authorization header, and returns its challenge', async () => {
    const rig = await start('api-deployment.single-argument.json', { answer: deny('401') })
    const response = await rig.call('/oic/echo/hello', caller)
    expect(rig.functionCalls).toEqual([{ type: 'TOKEN', token: 'Bearer from-caller' }])
    expect(response.header('WWW-Authenticate')).toEqual(['Bearer error="invalid_token"'])
  })
})

describe('the files with Basic credentials', () => {
  it.each([
    [
      'api-deployment.basic-pass-through.json',
      'passes the caller’s Basic credentials to OIC, which validates them',
      '/oic/echo/a',
      ['Basic Y2FsbGVy'],
      [],
    ],
    [
      'api-deployment.basic-at-route.json',
      'sets the route’s credentials for every caller, as its path says',
      '/oic/unprotected/echo/a',
      basicAtRoute,
      basicAtRoute,
    ],
  ])('%s %s', async (file, _, target, withCredentials, without) => {
    const rig = await start(file)
    await rig.call(target, basicCaller)
    await rig.call(target)
    expect(rig.targets()).toEqual([`${echo}/a`, `${echo}/a`])
    expect(rig.backendCalls.map((seen) => seen.header('Authorization'))).toEqual([
      withCredentials,
      without,
    ])
    expect(rig.functionCalls).toEqual([])
  })
})

describe('api-deployment.open.json', () => {
  it('answers every caller', async () => {
    const rig = await start('api-deployment.open.json')
    const response = await rig.call('/oic/hello')
    expect([response.status, JSON.parse(response.body)]).toEqual([200, { message: 'Hello' }])
  })
})

// The types of a successfully read file are part of OCI's model, so the model accepts it.
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
