import { afterEach, describe, expect, it } from '@jest/globals'
import { closeRigs, startRig, type Rig, type RigOptions } from './gateway-rig.ts'
import { guarded, httpRoute, routed } from './gateway-specifications.ts'

afterEach(closeRigs)

describe('header transformations of a request', () => {
  const context = { token: 'Bearer b', 'a.b': 'dotted' }

  /** Makes a call, so that the back end has received its request. */
  async function called(
    headerTransformations: object,
    headers: string[] = [],
    options: RigOptions = {},
  ): Promise<Rig> {
    const route = httpRoute({ path: '/thing/{part}', requestPolicies: { headerTransformations } })
    const specification = guarded(undefined, route)
    const rig = await startRig({ specification, answer: { active: true, context }, ...options })
    await rig.call('/thing/p%20q?q=1&q=2', { headers })
    return rig
  }
  const setting = (name: string, values: string[], more: object = {}) => ({
    setHeaders: { items: [{ name, values, ...more }] },
  })
  const forOic = setting('Authorization', ['${request.auth[token]}'])

  it('replaces the token of the caller, even if it was sent repeatedly', async () => {
    const rig = await called(forOic, ['Authorization', 'Bearer a', 'authorization', 'Bearer a2'])
    expect(rig.backendHeader('Authorization')).toEqual(['Bearer b'])
  })

  it.each([
    ['OVERWRITE', ['new']],
    ['APPEND', ['old', 'new']],
    ['SKIP', ['old']],
  ])('with ifExists %s leaves %j', async (ifExists, values) => {
    const rig = await called(setting('X-A', ['new'], { ifExists }), ['x-a', 'old'])
    expect(rig.backendHeader('X-A')).toEqual(values)
  })

  it.each(['OVERWRITE', 'APPEND', 'SKIP'])(
    'with ifExists %s adds a missing header',
    async (ifExists) => {
      const rig = await called(setting('X-A', ['new'], { ifExists }))
      expect(rig.backendHeader('X-A')).toEqual(['new'])
    },
  )

  it('adds a header for each value', async () => {
    const rig = await called(setting('X-A', ['one', 'two']))
    expect(rig.backendHeader('X-A')).toEqual(['one', 'two'])
  })

  it.each([
    ['${request.auth[token]}', 'Bearer b'],
    ['${request.auth[a.b]}', 'dotted'],
    ['${request.path[part]}', 'p%20q'],
    ['${request.query[q]}', '1'],
    ['${request.headers[X-In]}', 'first'],
    ['x-${request.query[q]}-${request.path[part]}', 'x-1-p%20q'],
    ['$5 {x}', '$5 {x}'],
  ])('sets %s to the first value, still encoded: %s', async (template, value) => {
    const rig = await called(setting('X-A', [template]), ['X-In', 'first', 'X-In', 'second'])
    expect(rig.backendHeader('X-A')).toEqual([value])
  })

  it('sets the host that the caller called', async () => {
    const rig = await called(setting('X-A', ['${request.host}']))
    expect(rig.backendHeader('X-A')).toEqual([new URL(rig.gateway.url).host])
  })

  it('sets the request ID, even if the gateway made it', async () => {
    const rig = await called(setting('X-A', ['${request.headers[opc-request-id]}']))
    expect(rig.backendHeader('X-A')).toEqual(rig.backendHeader('opc-request-id'))
  })

  it('sets an empty string for a missing key, never the caller’s value', async () => {
    const missing = setting('Authorization', ['${request.auth[missing]}'])
    const rig = await called(missing, ['Authorization', 'Bearer a'])
    expect(rig.backendHeader('Authorization')).toEqual([''])
    expect(rig.logCodes()).toContain('headerTransformation.missingSetValues')
  })

  it('omits a value that is not a header value', async () => {
    const answer = { active: true, context: { token: 'a\r\nX-B: c' } }
    const rig = await called(setting('X-A', ['${request.auth[token]}']), [], { answer })
    expect(rig.backendHeader('X-A')).toEqual([])
    expect(rig.backendHeader('X-B')).toEqual([])
    expect(rig.logCodes()).toContain('headerTransformation.badHeaderValue')
  })

  it.each([
    ['empty', ['', '']],
    ['json', ['7', '{"a":[]}']],
  ] as const)(
    'sets context values that are not strings: %s (UNKNOWN: nonStringContextValue)',
    async (nonStringContextValue, values) => {
      const answer = { active: true, context: { n: 7, o: { a: [] } } }
      const settings = { nonStringContextValue }
      const both = setting('X-A', ['${request.auth[n]}', '${request.auth[o]}'])
      const rig = await called(both, [], { answer, settings })
      expect(rig.backendHeader('X-A')).toEqual(values)
      expect(rig.logCodes()).toContain('customAuthentication.unexpectedResponse')
    },
  )

  it('renames a header and keeps its values', async () => {
    const policies = { renameHeaders: { items: [{ from: 'X-Username', to: 'X-User-ID' }] } }
    const rig = await called(policies, ['x-username', 'one', 'X-Username', 'two'])
    expect(rig.backendHeader('X-User-ID')).toEqual(['one', 'two'])
    expect(rig.backendHeader('X-Username')).toEqual([])
  })

  it('filters after setting and renaming: an ALLOW list drops other headers', async () => {
    const allowing = (name: string) => ({
      ...forOic,
      filterHeaders: { type: 'ALLOW', items: [{ name }] },
    })
    const dropped = await called(allowing('X-A'), ['X-A', 'a', 'X-B', 'b', 'Cookie', 'c=d'])
    expect(dropped.backendHeader('Authorization')).toEqual([])
    expect(dropped.backendHeader('X-A')).toEqual(['a'])
    expect(dropped.backendHeader('X-B')).toEqual([])
    expect(dropped.backendHeader('Cookie')).toEqual(['c=d'])
    const kept = await called(allowing('authorization'), ['X-A', 'a'])
    expect(kept.backendHeader('Authorization')).toEqual(['Bearer b'])
  })

  it('drops the headers of a BLOCK list', async () => {
    const policies = { filterHeaders: { type: 'BLOCK', items: [{ name: 'x-a' }] } }
    const rig = await called(policies, ['X-A', 'a', 'X-B', 'b'])
    expect([rig.backendHeader('X-A'), rig.backendHeader('X-B')]).toEqual([[], ['b']])
  })
})

describe('header transformations of a response', () => {
  it('set, rename and filter the back end’s headers', async () => {
    const responsePolicies = {
      headerTransformations: {
        setHeaders: { items: [{ name: 'X-Path', values: ['${request.path[part]}'] }] },
        renameHeaders: { items: [{ from: 'X-Old', to: 'X-New' }] },
        filterHeaders: { type: 'BLOCK', items: [{ name: 'Server' }] },
      },
    }
    const rig = await startRig({
      specification: routed({ path: '/{part}', responsePolicies }),
      backend: (_, response) => {
        response.writeHead(200, { Server: 'secret', 'X-Old': 'a' }).end()
      },
    })
    const response = await rig.call('/one')
    expect(response.header('Server')).toEqual([])
    expect(response.header('X-New')).toEqual(['a'])
    expect(response.header('X-Path')).toEqual(['one'])
  })
})
