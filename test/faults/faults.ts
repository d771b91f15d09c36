/**
 * The table of faults: each fault of a dependency, with the expected result.
 */
import { randomBytes } from 'node:crypto'
import type { TlsOptions } from 'node:tls'
import { selfSignedCertificate } from '../support/self-signed-certificate.ts'
import { CONNECTION_FAULTS, FRAMING_FAULTS } from './connection-faults.ts'
import { CONTENT_FAULTS, SIZE_FAULTS } from './content-faults.ts'
import type { Spoil } from './fault-proxy.ts'
import { answered, answering, headersOf, withStatus } from './spoils.ts'
import { PERMIT, status, unavailable, type Expectations } from './verdicts.ts'

export interface FaultRow {
  readonly name: string
  readonly expected: Expectations
  /** Undefined where the address or its certificate is the fault. */
  readonly spoil?: Spoil
  readonly address?: Address
}

/** How the function reaches the dependency, where that is the fault. */
export type Address =
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown_name' }
  | { readonly kind: 'tls'; readonly options: TlsOptions; readonly trusted: boolean }

const OTHER = [127, 0, 0, 2] as const
const TLS_1_1: TlsOptions = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1.1',
  ciphers: 'DEFAULT@SECLEVEL=0',
}
const TLS_FAILED = unavailable('tls_failed')

/** What stands between both, with `https`. The certificate is trusted unless that is the fault. */
function tlsRows(): FaultRow[] {
  const certificate = (choices?: Parameters<typeof selfSignedCertificate>[1]): TlsOptions => {
    const { certificatePem, privateKeyPem } = selfSignedCertificate(new Date(), choices)
    return { cert: certificatePem, key: privateKeyPem }
  }
  const tls = (options: TlsOptions, trusted = true): Address => ({ kind: 'tls', options, trusted })
  const rows: readonly (readonly [string, Expectations, Address])[] = [
    ['TLS', PERMIT, tls(certificate())],
    ['TLS with an untrusted certificate', TLS_FAILED, tls(certificate(), false)],
    ['TLS with an expired certificate', TLS_FAILED, tls(certificate({ daysLeft: -1 }))],
    ['TLS with a certificate of another host', TLS_FAILED, tls(certificate({ address: OTHER }))],
    ['TLS 1.1 and older', TLS_FAILED, tls({ ...certificate(), ...TLS_1_1 })],
  ]
  return [
    ...rows.map(([name, expected, address]) => ({ name, expected, address })),
    {
      name: 'TLS with garbage inside',
      expected: unavailable('answer_broken'),
      address: tls(certificate()),
      spoil: answered((socket) => socket.end(randomBytes(4096))),
    },
  ]
}

/** `elsewhere`: a server that would answer well, and must not be asked. */
function redirectRows(elsewhere: string): FaultRow[] {
  return [300, 301, 302, 303, 307, 308].map((code) => ({
    name: `status ${code} with a location`,
    expected: status(code),
    spoil: answering((good) => ({
      statusLine: `HTTP/1.1 ${code} Elsewhere`,
      headers: [`Location: ${elsewhere}/answer`, ...headersOf(good, good.body.length)],
    })),
  }))
}

function statusRow(code: number): FaultRow {
  return {
    name: `status ${code}`,
    expected: code === 200 ? PERMIT : status(code),
    spoil: withStatus(code),
  }
}

/** All but the long row of statuses. */
export function faultRows(elsewhere: string): readonly FaultRow[] {
  return [
    { name: 'nothing: the answer passes', expected: PERMIT },
    {
      name: 'connection refused',
      expected: unavailable('connection_refused'),
      address: { kind: 'refused' },
    },
    {
      name: 'name unknown to DNS',
      expected: unavailable('name_not_found'),
      address: { kind: 'unknown_name' },
    },
    ...[...CONNECTION_FAULTS, ...FRAMING_FAULTS, ...SIZE_FAULTS, ...CONTENT_FAULTS].map(
      ([name, expected, spoil]) => ({ name, expected, spoil }),
    ),
    ...tlsRows(),
    ...redirectRows(elsewhere),
  ]
}

/** Every final status of HTTP (RFC 9110 §15), each with a valid body. */
export function statusRows(): readonly FaultRow[] {
  return Array.from({ length: 400 }, (_, index) => statusRow(200 + index))
}

/** One of each kind, for the quick part. */
export function someStatusRows(): readonly FaultRow[] {
  return [200, 201, 204, 304, 400, 401, 403, 404, 429, 500, 503, 599].map(statusRow)
}
