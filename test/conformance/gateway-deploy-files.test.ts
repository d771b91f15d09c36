import { readdir, readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from '@jest/globals'
import { closeRigs, functionSays, startRig, type Rig } from './gateway-rig.ts'

afterEach(closeRigs)

const folder = new URL('../../deploy/', import.meta.url)
const oicHost = 'your-oic-host.example.com'
const echo = '/ic/api/integration/v1/flows/rest/ECHO/1.0'

async function start(file: string, settings = {}, replace = (text: string) => text): Promise<Rig> {
  const specification: unknown = JSON.parse(replace(await readFile(new URL(file, folder), 'utf8')))
  return startRig({ specification, pathPrefix: '/oic', origin: `https://${oicHost}`, settings })
}

const bearer = ['Authorization', 'Bearer from-caller']
const permit = (scope: string[]) => () =>
  functionSays({ active: true, scope, context: { back_end_token: 'Bearer for-oic' } })
const deny = (responseCode: string) => () =>
  functionSays({
    active: false,
    wwwAuthenticate: 'Bearer error="invalid_token"',
    context: { responseCode },
  })

describe.each(['api-deployment.json', 'api-deployment.single-argument.json'])('%s', (file) => {
  it('swaps the token of the caller for the one that the function returned', async () => {
    const rig = await start(file)
    rig.functionAnswers(permit([]))
    const response = await rig.call('/oic/echo/a?c=d', { headers: bearer })
    expect(response.status).toBe(200)
    expect(rig.backendCalls.map((seen) => seen.target)).toEqual([`${echo}/a?c=d`])
    expect(rig.backendCalls[0]?.header('Authorization')).toEqual(['Bearer for-oic'])
    expect(rig.backendCalls[0]?.header('Host')).toEqual([oicHost])
  })

  it('lets onto the route for orders only who has its scope', async () => {
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
  ])('answers %s without a good token with %i', async (target, status) => {
    const rig = await start(file)
    rig.functionAnswers(deny('401'))
    const response = await rig.call(target)
    expect(response.status).toBe(status)
    expect(rig.backendCalls).toEqual([])
    expect(JSON.parse(response.body)).toBeInstanceOf(Object)
  })

  // Whether OCI resolves dot segments is not documented; with a wildcard they could reach any integration.
  it.each(['/oic/echo/../../OTHER/1.0/x', '/oic/echo/a/../../../OTHER/1.0/x'])(
    'has no route for %s, which would lead out of the integration',
    async (target) => {
      const rig = await start(file)
      rig.functionAnswers(permit([]))
      expect((await rig.call(target, { headers: bearer })).status).toBe(404)
      expect(rig.backendCalls).toEqual([])
    },
  )

  it('answers 502 when the function cannot decide', async () => {
    const rig = await start(file)
    rig.functionAnswers(() => functionSays({}, 502))
    expect((await rig.call('/oic/echo/hello', { headers: bearer })).status).toBe(502)
  })
})

describe('api-deployment.json', () => {
  it('calls the function with the Authorization header as the argument token', async () => {
    const rig = await start('api-deployment.json')
    await rig.call('/oic/echo/hello', { headers: bearer })
    expect(rig.functionCalls).toEqual([
      { type: 'USER_DEFINED', data: { token: 'Bearer from-caller' } },
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
  it('calls the function with the Authorization header, and passes its challenge on', async () => {
    const rig = await start('api-deployment.single-argument.json')
    rig.functionAnswers(deny('401'))
    const response = await rig.call('/oic/echo/hello', { headers: bearer })
    expect(rig.functionCalls).toEqual([{ type: 'TOKEN', token: 'Bearer from-caller' }])
    expect(response.header('WWW-Authenticate')).toEqual(['Bearer error="invalid_token"'])
  })
})

describe('api-deployment.basic-pass-through.json', () => {
  it('hands the Basic credentials of the caller to OIC, which alone judges them', async () => {
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
  it('gives every caller the credentials of the route, and says so in its path', async () => {
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

// That OCI's model takes them is proved by reading: what is read is a type within that model.
describe('the files in deploy', () => {
  it('name hosts, functions and credentials by the placeholders alone', async () => {
    const files = (await readdir(folder)).filter((name) => /^api-deployment.*\.json$/.test(name))
    expect(files).toHaveLength(4)
    const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))
    const found = texts.flatMap((text) => text.match(/\/\/[^/"]+|ocid1[^"]*|Basic [^"]*/g))
    expect(new Set(found)).toEqual(
      new Set([
        `//${oicHost}`,
        'ocid1.fnfunc.oc1.REGION.UNIQUE',
        'Basic BASE64_OF_USER_COLON_PASSWORD',
      ]),
    )
  })
})
