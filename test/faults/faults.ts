/**
 * The table of faults: each fault of a dependency, with the expected result.
 */
import { randomBytes } from 'node:crypto'
import type { TlsOptions } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { selfSignedCertificate } from '../support/self-signed-certificate.ts'
import type { Spoil } from './fault-proxy.ts'
import {
  answering,
  answeringAndClosing,
  chunked,
  drip,
  filled,
  flood,
  gzipHeaders,
  MEBIBYTE,
  raw,
  withBody,
  withNullsFirst,
  withNullsLast,
  withStatus,
  withType,
} from './spoils.ts'
import {
  LATE,
  NO_OBJECT,
  MISLABELLED,
  NOT_JSON,
  PERMIT,
  SAYS_NOTHING,
  status,
  toleratedByVault,
  unavailable,
  type Expectations,
} from './verdicts.ts'

export interface FaultRow {
  readonly name: string
  /** Undefined where the address or its certificate is the fault. */
  readonly spoil?: Spoil
  readonly address?: Address
  readonly expected: Expectations
  /** The call gets so little time that a dependency which does not answer makes it fault at its end. */
  readonly hangs?: boolean
}

/** How the function reaches the dependency, where that is the fault. */
export type Address =
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown_name' }
  | { readonly kind: 'tls'; readonly options: TlsOptions; readonly trusted: boolean }

function tls(options: TlsOptions, trusted: boolean): Address {
  return { kind: 'tls', options, trusted }
}

function certificate(choices: Parameters<typeof selfSignedCertificate>[1] = {}): TlsOptions {
  const { certificatePem, privateKeyPem } = selfSignedCertificate(new Date(), choices)
  return { cert: certificatePem, key: privateKeyPem }
}

/** What happens to the connection. */
function connectionRows(): FaultRow[] {
  return [
    { name: 'nothing: the answer passes', expected: PERMIT },
    {
      name: 'connection refused',
      address: { kind: 'refused' },
      expected: unavailable('connection_refused'),
    },
    {
      name: 'name unknown to DNS',
      address: { kind: 'unknown_name' },
      expected: unavailable('name_not_found'),
    },
    {
      name: 'reset when connected',
      spoil: { when: 'connected', act: (socket) => socket.resetAndDestroy() },
      expected: unavailable('connection_failed'),
    },
    {
      name: 'reset in place of an answer',
      spoil: { when: 'answered', act: (socket) => socket.resetAndDestroy() },
      expected: unavailable('connection_failed'),
    },
    {
      name: 'closed in place of an answer',
      spoil: { when: 'answered', act: (socket) => socket.destroy() },
      expected: unavailable('connection_failed'),
    },
    {
      name: 'black hole: connected, nothing read',
      spoil: { when: 'connected', act: (socket) => socket.pause() },
      expected: LATE,
      hangs: true,
    },
    {
      name: 'no answer',
      spoil: { when: 'answered', act: () => undefined },
      expected: LATE,
      hangs: true,
    },
    {
      name: '300 ms late',
      spoil: {
        when: 'answered',
        act: (socket, good) => setTimeout(() => socket.write(raw(good, {})), 300),
      },
      expected: PERMIT,
    },
    {
      name: 'headers that drip',
      spoil: {
        when: 'answered',
        act: (socket) => {
          socket.write('HTTP/1.1 200 OK\r\nX-Drip: ')
          drip(socket, 'x')
        },
      },
      expected: LATE,
      hangs: true,
    },
    {
      name: 'a body that drips',
      spoil: {
        when: 'answered',
        act: (socket, good) => {
          socket.write(raw(good, { headers: ['Content-Type: application/json'] }))
          drip(socket, ' ')
        },
      },
      expected: LATE,
      hangs: true,
    },
    {
      name: 'half an answer, then nothing',
      spoil: {
        when: 'answered',
        act: (socket, good) => socket.write(raw(good, {}).subarray(0, -10)),
      },
      expected: LATE,
      hangs: true,
    },
    {
      name: 'cut within the headers',
      spoil: { when: 'answered', act: (socket, good) => socket.end(raw(good, {}).subarray(0, 30)) },
      expected: unavailable('connection_failed'),
    },
    {
      name: 'cut within the body',
      spoil: {
        when: 'answered',
        act: (socket, good) => socket.end(raw(good, {}).subarray(0, -10)),
      },
      expected: unavailable('answer_broken'),
    },
    {
      name: 'reset within the body',
      spoil: {
        when: 'answered',
        act: (socket, good) => {
          socket.write(raw(good, {}).subarray(0, -10))
          // Not at once: a reset discards what has not been read yet.
          setTimeout(() => socket.resetAndDestroy(), 100)
        },
      },
      expected: unavailable('connection_failed'),
    },
    {
      name: 'garbage in place of an answer',
      spoil: { when: 'answered', act: (socket) => socket.end(randomBytes(4096)) },
      expected: unavailable('answer_broken'),
    },
    {
      name: 'garbage when connected',
      spoil: { when: 'connected', act: (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n') },
      expected: unavailable('answer_broken'),
    },
    {
      name: 'slow close: the whole answer, and the connection stays',
      spoil: answering(({ contentType, body }) => ({
        headers: [
          `Content-Type: ${contentType}`,
          `Content-Length: ${body.length}`,
          'Connection: close',
        ],
      })),
      expected: PERMIT,
    },
    {
      name: 'an answer without length that ends with the connection',
      spoil: answeringAndClosing(({ contentType }) => ({
        headers: [`Content-Type: ${contentType}`],
      })),
      expected: PERMIT,
    },
    {
      name: 'an answer without length whose connection stays',
      spoil: answering(({ contentType }) => ({ headers: [`Content-Type: ${contentType}`] })),
      expected: LATE,
      hangs: true,
    },
  ]
}

/** What the answer's framing is like (RFC 9112). */
function framingRows(): FaultRow[] {
  return [
    {
      name: 'two answers for one request',
      spoil: {
        when: 'answered',
        act: (socket, good) => {
          const forged = raw(good, { body: '{}', statusLine: 'HTTP/1.1 500 No' })
          socket.write(Buffer.concat([raw(good, {}), forged]))
        },
      },
      expected: PERMIT,
    },
    {
      name: 'HTTP/1.0',
      spoil: answeringAndClosing(() => ({ statusLine: 'HTTP/1.0 200 OK' })),
      expected: PERMIT,
    },
    {
      name: 'an interim answer first',
      spoil: {
        when: 'answered',
        act: (socket, good) =>
          socket.write(
            Buffer.concat([Buffer.from('HTTP/1.1 103 Early Hints\r\n\r\n'), raw(good, {})]),
          ),
      },
      expected: PERMIT,
    },
    {
      name: 'two lengths that differ',
      spoil: answering(({ body }) => ({
        headers: [`Content-Length: ${body.length}`, `Content-Length: ${body.length + 1}`],
      })),
      expected: unavailable('answer_broken'),
    },
    {
      name: 'a length and chunks',
      spoil: answering(({ body }) => ({
        headers: [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'],
      })),
      expected: unavailable('answer_broken'),
    },
    {
      name: 'a length that is too short',
      spoil: answering(({ contentType, body }) => ({
        headers: [`Content-Type: ${contentType}`, `Content-Length: ${body.length - 1}`],
      })),
      expected: unavailable('answer_broken'),
    },
    {
      name: 'headers without end',
      spoil: {
        when: 'answered',
        act: (socket) => {
          socket.write('HTTP/1.1 200 OK\r\n')
          flood(socket, Buffer.from(`X-Flood: ${'x'.repeat(1000)}\r\n`))
        },
      },
      expected: unavailable('answer_broken'),
    },
    {
      name: 'a chunk size that is none',
      spoil: answering(() => ({ headers: ['Transfer-Encoding: chunked'], body: 'zz\r\n{}\r\n' })),
      expected: unavailable('answer_broken'),
    },
  ]
}

/** What size the answer is, and how it is packed. */
function sizeRows(): FaultRow[] {
  return [
    {
      name: '30 MB',
      spoil: withBody((good) => Buffer.concat([good, filled(30 * MEBIBYTE)])),
      expected: unavailable('answer_too_large'),
    },
    {
      name: 'just over 1 MiB',
      spoil: withBody((good) => Buffer.concat([good, filled(MEBIBYTE + 1 - good.length)])),
      expected: unavailable('answer_too_large'),
    },
    {
      name: 'exactly 1 MiB',
      spoil: withBody((good) => Buffer.concat([good, filled(MEBIBYTE - good.length)])),
      expected: PERMIT,
    },
    {
      name: 'chunks without end',
      spoil: {
        when: 'answered',
        act: (socket, { contentType }) => {
          socket.write(
            `HTTP/1.1 200 OK\r\nContent-Type: ${contentType}\r\nTransfer-Encoding: chunked\r\n\r\n`,
          )
          flood(socket, chunked(filled(64 * 1024)))
        },
      },
      expected: unavailable('answer_too_large'),
    },
    {
      name: 'a gzip bomb of 64 MiB',
      spoil: answering(({ contentType, body }) => {
        // Members of a gzip file stand one after the other (RFC 1952 §2.2). Compressing all of it here
        // would take a good part of the call's time.
        const member = gzipSync(filled(MEBIBYTE))
        const bomb = Buffer.concat([gzipSync(body), ...Array<Buffer>(64).fill(member)])
        return { body: bomb, headers: gzipHeaders(contentType, bomb.length) }
      }),
      expected: unavailable('answer_too_large'),
    },
    {
      name: 'gzip',
      spoil: answering(({ contentType, body }) => {
        const packed = gzipSync(body)
        return { body: packed, headers: gzipHeaders(contentType, packed.length) }
      }),
      expected: PERMIT,
    },
    {
      name: 'gzip that is cut',
      spoil: answering(({ contentType, body }) => {
        const packed = gzipSync(body).subarray(0, -12)
        return { body: packed, headers: gzipHeaders(contentType, packed.length) }
      }),
      expected: NOT_JSON,
    },
    {
      name: 'gzip that is none',
      spoil: answering(({ contentType, body }) => ({
        headers: gzipHeaders(contentType, body.length),
      })),
      expected: unavailable('answer_broken'),
    },
  ]
}

/** What the answer says. */
function contentRows(): FaultRow[] {
  return [
    {
      name: 'HTML',
      spoil: withType('text/html', () => '<html><form>Sign in</form></html>'),
      expected: NOT_JSON,
    },
    {
      name: 'HTML that calls itself JSON',
      spoil: withBody(() => '<html><form>Sign in</form></html>'),
      expected: NOT_JSON,
    },
    {
      name: 'JSON that calls itself HTML',
      spoil: withType('text/html'),
      expected: MISLABELLED,
    },
    {
      name: 'JSON that calls itself text',
      spoil: withType('text/plain'),
      expected: MISLABELLED,
    },
    {
      name: 'JSON that calls itself a signed answer (RFC 9701)',
      spoil: withType('application/token-introspection+jwt'),
      expected: MISLABELLED,
    },
    { name: 'JSON without a type', spoil: withType(undefined), expected: PERMIT },
    {
      name: 'JSON with a charset',
      spoil: withType('Application/JSON;charset=UTF-8'),
      expected: PERMIT,
    },
    { name: 'an empty body', spoil: withBody(() => ''), expected: NOT_JSON },
    { name: 'truncated JSON', spoil: withBody((good) => good.subarray(0, -1)), expected: NOT_JSON },
    { name: 'JSON and more', spoil: withBody((good) => `${good.toString()}}`), expected: NOT_JSON },
    { name: 'an array', spoil: withBody((good) => `[${good.toString()}]`), expected: NO_OBJECT },
    { name: 'null', spoil: withBody(() => 'null'), expected: NOT_JSON },
    { name: 'a number', spoil: withBody(() => '1'), expected: NO_OBJECT },
    { name: 'true', spoil: withBody(() => 'true'), expected: NO_OBJECT },
    { name: 'a text', spoil: withBody(() => '"active"'), expected: NO_OBJECT },
    { name: 'an empty object', spoil: withBody(() => '{}'), expected: SAYS_NOTHING },
    {
      name: 'everything in its prototype',
      spoil: withBody((good) => `{"__proto__":${good.toString()}}`),
      expected: SAYS_NOTHING,
    },
    {
      name: 'invalid UTF-8',
      spoil: withBody((good) =>
        Buffer.concat([good.subarray(0, -1), Buffer.from(',"name":"\xff"}', 'latin1')]),
      ),
      expected: toleratedByVault(NOT_JSON),
    },
    {
      name: 'UTF-16',
      spoil: withBody((good) => Buffer.from(good.toString(), 'utf16le')),
      expected: NOT_JSON,
    },
    {
      name: 'a byte order mark',
      spoil: withBody((good) => `\uFEFF${good.toString()}`),
      expected: PERMIT,
    },
    { name: 'members twice, null first', spoil: withBody(withNullsFirst), expected: PERMIT },
    {
      name: 'members twice, null last',
      spoil: withBody(withNullsLast),
      expected: SAYS_NOTHING,
    },
    {
      name: '100,000 levels',
      spoil: withBody(() => `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
      expected: NO_OBJECT,
    },
  ]
}

/** What stands between both, with `https`. The certificate is trusted unless that is the fault. */
function tlsRows(): FaultRow[] {
  return [
    { name: 'TLS', address: tls(certificate(), true), expected: PERMIT },
    {
      name: 'TLS with an untrusted certificate',
      address: tls(certificate(), false),
      expected: unavailable('tls_failed'),
    },
    {
      name: 'TLS with an expired certificate',
      address: tls(certificate({ daysLeft: -1 }), true),
      expected: unavailable('tls_failed'),
    },
    {
      name: 'TLS with a certificate of another host',
      address: tls(certificate({ address: [127, 0, 0, 2] }), true),
      expected: unavailable('tls_failed'),
    },
    {
      name: 'TLS 1.1 and older',
      address: tls(
        {
          ...certificate(),
          minVersion: 'TLSv1',
          maxVersion: 'TLSv1.1',
          ciphers: 'DEFAULT@SECLEVEL=0',
        },
        true,
      ),
      expected: unavailable('tls_failed'),
    },
    {
      name: 'TLS with garbage inside',
      address: tls(certificate(), true),
      spoil: { when: 'answered', act: (socket) => socket.end(randomBytes(4096)) },
      expected: unavailable('answer_broken'),
    },
  ]
}

const REDIRECTS = [301, 302, 303, 307, 308]

/** `elsewhere`: a server that would answer well, and must not be asked. */
function redirectRows(elsewhere: string): FaultRow[] {
  return [300, ...REDIRECTS].map((code) => ({
    name: `status ${code} with a location`,
    spoil: answering(({ contentType, body }) => ({
      statusLine: `HTTP/1.1 ${code} Elsewhere`,
      headers: [
        `Location: ${elsewhere}/answer`,
        `Content-Type: ${contentType}`,
        `Content-Length: ${body.length}`,
      ],
    })),
    expected: status(code),
  }))
}

function statusRow(code: number): FaultRow {
  return {
    name: `status ${code}`,
    spoil: withStatus(code),
    expected: code === 200 ? PERMIT : status(code),
  }
}

/** All but the long row of statuses. */
export function faultRows(elsewhere: string): readonly FaultRow[] {
  return [
    ...connectionRows(),
    ...framingRows(),
    ...sizeRows(),
    ...contentRows(),
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
