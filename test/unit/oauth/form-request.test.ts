import { describe, expect, it } from '@jest/globals'
import { readErrorCode, readJsonAnswer, requestForm } from '../../../src/oauth/form-request.ts'
import type { HttpAnswer, HttpFailure } from '../../../src/platform/http.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { answer, untypedAnswer } from '../support/http-answers.ts'
import { whilePolluted } from '../support/pollution.ts'
import { recordingHttp } from '../support/recording-http.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'

async function send(
  form: Record<string, string>,
  authentication: Record<string, string> = {},
  reply: Result<HttpAnswer, HttpFailure> = success(answer(200, {})),
) {
  const { http, requests } = recordingHttp(() => reply)
  const outcome = await requestForm(
    http,
    {
      endpoint: 'https://idp.example/token',
      form,
      authentication: { headers: { Authorization: 'Basic x' }, form: authentication },
      connection: 'own',
    },
    PLENTY_OF_TIME,
  )
  return { outcome, requests, request: requests[0] }
}

describe('a request to an OAuth endpoint', () => {
  it('RFC 6749 §3.2: is a POST of a form that accepts JSON', async () => {
    expect((await send({ token: 'a' })).requests).toStrictEqual([
      {
        method: 'POST',
        url: 'https://idp.example/token',
        connection: 'own',
        headers: {
          Accept: 'application/json',
          'Content-Type': 'application/x-www-form-urlencoded',
          Authorization: 'Basic x',
        },
        body: 'token=a',
      },
    ])
  })

  it('RFC 6749 appendix B: encodes reserved characters, and leaves the URL unchanged', async () => {
    const form = { token: '%+/:& ~ü=', scope: 'https://a:443urn:opc::all' }
    const { request } = await send(form, { client_secret: '&client_id=admin' })

    expect(request?.url).toBe('https://idp.example/token')
    expect(request?.body).toBe(
      'token=%25%2B%2F%3A%26+%7E%C3%BC%3D&scope=https%3A%2F%2Fa%3A443urn%3Aopc%3A%3Aall' +
        '&client_secret=%26client_id%3Dadmin',
    )
  })

  it('ignores a polluted Object.prototype', async () => {
    const { request } = await whilePolluted({ scope: 'admin' }, () => send({ token: 'a' }))

    expect(request?.body).toBe('token=a')
  })

  it('returns the failure of the exchange', async () => {
    const timedOut = failure('timed_out' as const)

    expect((await send({}, {}, timedOut)).outcome).toStrictEqual(timedOut)
  })
})

describe('readJsonAnswer', () => {
  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json;charset=utf-8',
    'application/json ; charset=utf-8',
    'application/problem+json',
  ])('reads %s', (mediaType) => {
    expect(readJsonAnswer(answer(200, { a: 1 }, mediaType))).toStrictEqual({ a: 1 })
  })

  it('reads an answer without a media type', () => {
    expect(readJsonAnswer(untypedAnswer(200, '{"a":1}'))).toStrictEqual({ a: 1 })
  })

  it.each([
    'text/html',
    'text/plain',
    'application/jwt',
    'application/jsonp',
    'application/json-seq',
    'text/html; application/json',
    'xapplication/json',
    '',
  ])('rejects %j', (mediaType) => {
    expect(readJsonAnswer(answer(200, { a: 1 }, mediaType))).toBeUndefined()
  })
})

describe('readErrorCode', () => {
  it.each([
    [{ error: 'invalid_client' }, 'invalid_client'],
    [{ error: 'invalid_client', error_description: 'secret' }, 'invalid_client'],
    [{ error: 'Invalid' }, undefined],
    [{ error: 'invalid client' }, undefined],
    [{ error: 'invalid_client\n' }, undefined],
    [{ error: '' }, undefined],
    [{ error: 5 }, undefined],
    [{}, undefined],
    ['invalid_client', undefined],
  ])('RFC 6749 §5.2: returns for %j the code %s', (body: unknown, expected) => {
    expect(readErrorCode(answer(400, body))).toBe(expected)
  })
})
