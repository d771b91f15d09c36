/** Each fault of a dependency, with the expected verdicts. */
import { randomBytes } from 'node:crypto'
import type { TlsOptions } from 'node:tls'
import { selfSignedCertificate } from '../support/self-signed-certificate.ts'
import { CONNECTION_FAULTS, FRAMING_FAULTS } from './connection-faults.ts'
import { CONTENT_FAULTS, SIZE_FAULTS } from './content-faults.ts'
import { headersOf, onResponse, respond, withStatus } from './fault-builders.ts'
import type { Fault } from './fault-proxy.ts'
import { PERMITTED, status, unavailable, type Expectations } from './verdicts.ts'

export interface FaultCase {
  readonly name: string
  readonly expected: Expectations
  readonly fault?: Fault
  readonly endpoint?: EndpointFault
}

/** A fault of the dependency's URL or certificate. */
export type EndpointFault =
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown_name' }
  | { readonly kind: 'tls'; readonly options: TlsOptions; readonly trusted: boolean }

const TLS_1_1: TlsOptions = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1.1',
  ciphers: 'DEFAULT@SECLEVEL=0',
}
const TLS_FAILED = unavailable('tls_failed')

function tls(
  options: Parameters<typeof selfSignedCertificate>[1] & TlsOptions = {},
  trusted = true,
): EndpointFault {
  const { certificatePem, privateKeyPem } = selfSignedCertificate(new Date(), options)
  return { kind: 'tls', options: { cert: certificatePem, key: privateKeyPem, ...options }, trusted }
}

function endpointCases(): FaultCase[] {
  const cases: readonly (readonly [string, Expectations, EndpointFault, Fault?])[] = [
    ['connection refused', unavailable('connection_refused'), { kind: 'refused' }],
    ['unknown host name', unavailable('name_not_found'), { kind: 'unknown_name' }],
    ['TLS', PERMITTED, tls()],
    ['TLS with an untrusted certificate', TLS_FAILED, tls({}, false)],
    ['TLS with an expired certificate', TLS_FAILED, tls({ daysLeft: -1 })],
    ['TLS with a certificate of another host', TLS_FAILED, tls({ address: [127, 0, 0, 2] })],
    ['TLS 1.1 and older', TLS_FAILED, tls(TLS_1_1)],
    [
      'TLS with random bytes as the response',
      unavailable('answer_broken'),
      tls(),
      onResponse((socket) => socket.end(randomBytes(4096))),
    ],
  ]
  return cases.map(([name, expected, endpoint, fault]) => ({
    name,
    expected,
    endpoint,
    ...(fault && { fault }),
  }))
}

function redirectCase(code: number, target: string): FaultCase {
  return {
    name: `status ${code} with a location`,
    expected: status(code),
    fault: respond((valid) => ({
      statusLine: `HTTP/1.1 ${code} Elsewhere`,
      headers: [`Location: ${target}/answer`, ...headersOf(valid, valid.body.length)],
    })),
  }
}

function statusCase(code: number): FaultCase {
  return {
    name: `status ${code}`,
    expected: code === 200 ? PERMITTED : status(code),
    fault: withStatus(code),
  }
}

/** All cases except for the statuses. `redirectTarget`: a server with valid responses. */
export function faultCases(redirectTarget: string): readonly FaultCase[] {
  const responseFaults = [
    ...CONNECTION_FAULTS,
    ...FRAMING_FAULTS,
    ...SIZE_FAULTS,
    ...CONTENT_FAULTS,
  ]
  return [
    { name: 'no fault', expected: PERMITTED },
    ...endpointCases(),
    ...responseFaults.map(([name, expected, fault]) => ({ name, expected, fault })),
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
