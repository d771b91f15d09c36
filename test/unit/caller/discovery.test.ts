import { describe, expect, it } from '@jest/globals'
import {
  createDiscovery,
  readMetadata,
  type DiscoveredEndpoint,
} from '../../../src/caller/discovery.ts'
import type { HttpAnswer, HttpFailure } from '../../../src/platform/http.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { answer, untypedAnswer } from '../support/http-answers.ts'
import { faulty } from '../support/outcomes.ts'
import { recordingHttp } from '../support/recording-http.ts'
import { deadlineWith, PLENTY_OF_TIME, StandingClock } from '../support/time.ts'
import { jsonObject } from '../support/tokens.ts'

const DAY_SECONDS = 86_400

const ISSUER = 'https://idp.example'
const URL = `${ISSUER}/.well-known/openid-configuration`
const KEYS = `${ISSUER}/keys`
const INTROSPECT = `${ISSUER}/introspect`
const CONFIG = { url: URL, issuer: ISSUER }
const METADATA = { issuer: ISSUER, jwks_uri: KEYS, introspection_endpoint: INTROSPECT }

function discoveryOf(
  reply: (index: number) => Result<HttpAnswer, HttpFailure>,
  needed: readonly DiscoveredEndpoint[] = [],
) {
  const clock = new StandingClock()
  const { http, requests, deadlines } = recordingHttp(reply)
  const discovery = createDiscovery(CONFIG, needed, http, clock)
  const discover = (endpoint: DiscoveredEndpoint = 'jwks_uri', deadline = PLENTY_OF_TIME) =>
    discovery(endpoint, deadline)
  const discoverAfter = (passedSeconds: number) => {
    clock.advance(passedSeconds)
    return discover()
  }
  return { clock, requests, deadlines, discover, discoverAfter }
}

function publishing(metadata: object) {
  return discoveryOf(() => success(answer(200, metadata)))
}

const LOOPBACK = [
  ...['localhost', 'localhost.', 'keys.localhost', '127.0.0.1', '127.1', '2130706433'],
  ...['[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '[::]'],
]

function unusable(detail: string) {
  return faulty('discovery_unusable', { detail })
}
function unavailable(detail: string) {
  return faulty('discovery_unavailable', { detail })
}

function published(changes: object = {}) {
  return success(answer(200, { ...METADATA, ...changes }))
}

/** What keeps a document from being had, and the fault that it is. */
const TROUBLES: readonly (readonly [string, Result<HttpAnswer, HttpFailure>, object])[] = [
  ['a time-out', failure('timed_out'), unavailable('timed_out')],
  ['an unknown name', failure('name_not_found'), unavailable('name_not_found')],
  ['a status', success(answer(503, METADATA)), unavailable('status_503')],
  ['a page', success(answer(200, '<html></html>', 'text/html')), unusable('not_json')],
  ['another issuer', published({ issuer: 'https://other.example' }), unusable('issuer')],
  [
    'a document without a needed endpoint',
    published({ jwks_uri: undefined }),
    unusable('jwks_uri'),
  ],
  [
    'one with a needed endpoint that is not https',
    published({ jwks_uri: 'http://idp.example/keys' }),
    unusable('jwks_uri'),
  ],
]

describe('discovery', () => {
  it('OpenID Connect Discovery §4.1: requests JSON from the configured URL, before the deadline', async () => {
    const { requests, deadlines, discover } = publishing(METADATA)
    const deadline = deadlineWith(1_234)

    await discover('jwks_uri', deadline)

    expect(requests).toStrictEqual([
      { method: 'GET', url: URL, headers: { Accept: 'application/json' } },
    ])
    expect(deadlines).toStrictEqual([deadline])
  })

  it('finds each endpoint by its name in one document', async () => {
    const { requests, discover } = publishing(METADATA)

    expect(await discover()).toStrictEqual(success(KEYS))
    expect(await discover('introspection_endpoint')).toStrictEqual(success(INTROSPECT))
    expect(requests).toHaveLength(1)
  })

  it('makes one request for all concurrent callers', async () => {
    const { requests, discover } = publishing(METADATA)

    const all = await Promise.all([discover(), discover('introspection_endpoint'), discover()])

    expect(all).toStrictEqual([success(KEYS), success(INTROSPECT), success(KEYS)])
    expect(requests).toHaveLength(1)
  })

  it.each([
    ['is not there', {}],
    ['is null', { jwks_uri: null }],
    ['is no text', { jwks_uri: [KEYS] }],
    ['is not a URL', { jwks_uri: '/keys' }],
    ['is not https', { jwks_uri: 'http://idp.example/keys' }],
    ['has credentials in it', { jwks_uri: 'https://user:word@idp.example/keys' }],
    ...LOOPBACK.map((host): [string, object] => [
      `is at ${host}`,
      { jwks_uri: `https://${host}/keys`, introspection_endpoint: `http://${host}/introspect` },
    ]),
  ])('reports an unused endpoint that %s, without a second request', async (_case, members) => {
    const { requests, discover } = publishing({ issuer: ISSUER, ...members })

    expect(await discover()).toStrictEqual(unusable('jwks_uri'))
    expect(await discover('introspection_endpoint')).toStrictEqual(
      unusable('introspection_endpoint'),
    )
    expect(requests).toHaveLength(1)
  })

  it.each(TROUBLES)(
    'is a fault with %s, and is requested again later',
    async (_case, trouble, expected) => {
      const { requests, discover, discoverAfter } = discoveryOf(
        (index) => (index === 0 ? trouble : published()),
        ['jwks_uri'],
      )

      expect(await discover()).toStrictEqual(expected)
      expect(await discoverAfter(60)).toStrictEqual(success(KEYS))
      expect(requests).toHaveLength(2)
    },
  )
})

describe('the metadata', () => {
  it('is read again after a day, and not before', async () => {
    const { requests, discover, discoverAfter } = discoveryOf((index) =>
      published({ jwks_uri: `${KEYS}/${index}` }),
    )
    expect(await discover()).toStrictEqual(success(`${KEYS}/0`))

    expect(await discoverAfter(DAY_SECONDS - 0.5)).toStrictEqual(success(`${KEYS}/0`))
    expect(requests).toHaveLength(1)

    expect(await discoverAfter(0.5)).toStrictEqual(success(`${KEYS}/1`))
    expect(await discoverAfter(DAY_SECONDS - 0.5)).toStrictEqual(success(`${KEYS}/1`))
    expect(requests).toHaveLength(2)
  })

  it.each(TROUBLES)('is used although the next response is %s', async (_case, trouble) => {
    const { requests, discover, discoverAfter } = discoveryOf(
      (index) => (index === 1 ? trouble : published({ jwks_uri: `${KEYS}/${index}` })),
      ['jwks_uri'],
    )
    await discover()
    expect(await discoverAfter(DAY_SECONDS)).toStrictEqual(success(`${KEYS}/0`))
    expect(await discoverAfter(60)).toStrictEqual(success(`${KEYS}/2`))
    expect(requests).toHaveLength(3)
  })
})

describe('a metadata document', () => {
  const lateOnce = (index: number) => (index === 0 ? failure('timed_out' as const) : published())

  it.each([
    ['as JSON', answer(200, METADATA)],
    ['without a media type', untypedAnswer(200, JSON.stringify(METADATA))],
    ...['application/octet-stream', 'text/plain', 'text/json', 'text/html'].map(
      (type): [string, HttpAnswer] => [`as ${type}`, answer(200, METADATA, type)],
    ),
    ['after a byte order mark', answer(200, `\uFEFF${JSON.stringify(METADATA)}`)],
  ])('is read by its content %s', (_case, given) => {
    expect(readMetadata(given, CONFIG, [])).toStrictEqual(success(jsonObject(METADATA)))
  })

  it.each([201, 204, 301, 304, 404, 500])('is rejected with status %d', (status) => {
    expect(readMetadata(answer(status, METADATA), CONFIG, [])).toStrictEqual(
      unavailable(`status_${status}`),
    )
  })

  it.each([
    ['an empty body', answer(200, '')],
    ['an array', answer(200, [METADATA])],
    ['a login page', answer(200, '<html></html>', 'text/html')],
    ['a login page that is labelled as JSON', answer(200, '<html></html>')],
  ])('is rejected as %s', (_case, given) => {
    expect(readMetadata(given, CONFIG, [])).toStrictEqual(unusable('not_json'))
  })

  it.each([
    ['no issuer', {}],
    ['a slash more', { issuer: `${ISSUER}/` }],
    ['another case', { issuer: 'https://IDP.example' }],
    ['a port', { issuer: `${ISSUER}:443` }],
    ['a list of issuers', { issuer: [ISSUER] }],
  ])('OpenID Connect Discovery §4.3: is another’s with %s', (_case, members) => {
    expect(readMetadata(answer(200, members), CONFIG, [])).toStrictEqual(unusable('issuer'))
  })

  it('is requested again at once if only a call’s deadline had passed', async () => {
    const { requests, discover } = discoveryOf(lateOnce)

    expect(await discover('jwks_uri', deadlineWith(0))).toStrictEqual(unavailable('timed_out'))
    expect(await discover()).toStrictEqual(success(KEYS))
    expect(requests).toHaveLength(2)
  })

  it('is not requested again for two seconds without a document', async () => {
    const { requests, discover, discoverAfter } = discoveryOf(lateOnce)

    expect(await discover()).toStrictEqual(unavailable('timed_out'))
    expect(await discoverAfter(1.9)).toStrictEqual(unavailable('timed_out'))
    expect(requests).toHaveLength(1)
    expect(await discoverAfter(0.1)).toStrictEqual(success(KEYS))
    expect(requests).toHaveLength(2)
  })

  it('is not requested again for a minute while the last valid document is used', async () => {
    const { requests, discover, discoverAfter } = discoveryOf((index) =>
      index === 0 ? published() : failure('timed_out'),
    )
    await discover()
    expect(await discoverAfter(DAY_SECONDS)).toStrictEqual(success(KEYS))
    expect(await discoverAfter(59.9)).toStrictEqual(success(KEYS))
    expect(requests).toHaveLength(2)
    expect(await discoverAfter(0.1)).toStrictEqual(success(KEYS))
    expect(requests).toHaveLength(3)
  })
})
