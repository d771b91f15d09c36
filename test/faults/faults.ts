/** Each fault of a dependency, with the expected verdicts. */
import { randomBytes } from 'node:crypto'
import type { TlsOptions } from 'node:tls'
import { selfSignedCertificate } from '../support/self-signed-certificate.ts'
import {
  headersOf,
  onResponse,
  respond,
  type EndpointFault,
  type FaultCase,
} from './fault-builders.ts'
import { RESPONSE_FAULTS } from './response-faults.ts'
import { PERMITTED, status, unavailable } from './verdicts.ts'

const TLS_1_1: TlsOptions = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1.1',
  ciphers: 'DEFAULT@SECLEVEL=0',
}
const TLS_FAILED = unavailable('tls_failed')
const AUTHENTICATE = 'WWW-Authenticate: Basic realm="dependency"'

function tls(
  options: Parameters<typeof selfSignedCertificate>[1] & TlsOptions = {},
  trusted = true,
): EndpointFault {
  const { certificatePem, privateKeyPem } = selfSignedCertificate(new Date(), options)
  return { kind: 'tls', options: { cert: certificatePem, key: privateKeyPem, ...options }, trusted }
}

function endpointCases(): FaultCase[] {
  const expected = TLS_FAILED
  return [
    {
      name: 'connection refused',
      expected: unavailable('connection_refused'),
      endpoint: { kind: 'refused' },
    },
    {
      name: 'unknown host name',
      expected: unavailable('name_not_found'),
      endpoint: { kind: 'unknown_name' },
    },
    { name: 'TLS', expected: PERMITTED, endpoint: tls() },
    { name: 'TLS with an untrusted certificate', expected, endpoint: tls({}, false) },
    { name: 'TLS with an expired certificate', expected, endpoint: tls({ daysLeft: -1 }) },
    {
      name: 'TLS with a certificate of another host',
      expected,
      endpoint: tls({ address: [127, 0, 0, 2] }),
    },
    { name: 'TLS 1.1 and older', expected, endpoint: tls(TLS_1_1) },
    {
      ...onResponse(
        'TLS with random bytes as the response',
        unavailable('answer_broken'),
        (socket) => socket.end(randomBytes(4096)),
      ),
      endpoint: tls(),
    },
  ]
}

function redirectCase(code: number, target: string): FaultCase {
  return respond(`status ${code} with a location`, status(code), (valid) => ({
    statusLine: `HTTP/1.1 ${code} Elsewhere`,
    headers: [`Location: ${target}/answer`, ...headersOf(valid, valid.body.length)],
  }))
}

function statusCase(code: number): FaultCase {
  return respond(`status ${code}`, code === 200 ? PERMITTED : status(code), (valid) => ({
    statusLine: `HTTP/1.1 ${code} Whatever`,
    ...([204, 205, 304].includes(code) ? { headers: ['Content-Length: 0'], body: '' } : {}),
    ...(code === 401 ? { headers: [AUTHENTICATE, ...headersOf(valid, valid.body.length)] } : {}),
  }))
}

/** All cases except for the statuses. `redirectTarget`: a server with valid responses. */
export function faultCases(redirectTarget: string): readonly FaultCase[] {
  return [
    { name: 'no fault', expected: PERMITTED },
    ...endpointCases(),
    ...RESPONSE_FAULTS,
    ...[300, 301, 302, 303, 307, 308].map((code) => redirectCase(code, redirectTarget)),
  ]
}

/** Every final status of HTTP (RFC 9110 §15), each with a valid body. */
export function statusCases(): readonly FaultCase[] {
  return Array.from({ length: 400 }, (_, index) => statusCase(200 + index))
}

/** The statuses that `npm test` tries. */
export function commonStatusCases(): readonly FaultCase[] {
  return [200, 201, 204, 304, 400, 401, 403, 404, 429, 500, 503, 599].map(statusCase)
}
