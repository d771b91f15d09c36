/** Faults of the connection, and of the framing, size and content of a response. */
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import {
  asGzip,
  blanks,
  chunked,
  drip,
  flood,
  headersOf,
  MEBIBYTE,
  onConnect,
  onResponse,
  respond,
  respondAndClose,
  toBytes,
  withBody,
  withNullsFirst,
  withNullsLast,
  withType,
  type FaultCase,
} from './fault-builders.ts'
import {
  DEADLINE_EXCEEDED,
  EMPTY_OBJECT,
  NOT_AN_OBJECT,
  NOT_JSON,
  PERMITTED,
  permittedForVault,
  unavailable,
  WRONG_MEDIA_TYPE,
} from './verdicts.ts'

const FAILED = unavailable('connection_failed')
const BROKEN = unavailable('answer_broken')
const TOO_LARGE = unavailable('answer_too_large')

const LOGIN_PAGE = '<html><form>Sign in</form></html>'
const SIGNED_RESPONSE = 'application/token-introspection+jwt'
const DEEP_ARRAY = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

function padded(name: string, expected: FaultCase['expected'], size: number): FaultCase {
  return withBody(name, expected, (body) => Buffer.concat([body, blanks(size - body.length)]))
}

function endless(type: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`
}

export const RESPONSE_FAULTS: readonly FaultCase[] = [
  // The connection.
  onConnect('reset on connect', FAILED, (socket) => socket.resetAndDestroy()),
  onResponse('reset without a response', FAILED, (socket) => socket.resetAndDestroy()),
  onResponse('closed without a response', FAILED, (socket) => socket.destroy()),
  onConnect('connected, but no data read', DEADLINE_EXCEEDED, (socket) => socket.pause()),
  onResponse('no response', DEADLINE_EXCEEDED, () => undefined),
  onResponse('response after 300 ms', PERMITTED, (socket, valid) =>
    setTimeout(() => socket.write(toBytes(valid)), 300),
  ),
  onResponse('slow, endless headers', DEADLINE_EXCEEDED, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nX-Drip: ')
    drip(socket, 'x')
  }),
  onResponse('slow, endless body', DEADLINE_EXCEEDED, (socket, valid) => {
    socket.write(toBytes(valid, { headers: ['Content-Type: application/json'] }))
    drip(socket, ' ')
  }),
  onResponse('stalled within the body', DEADLINE_EXCEEDED, (socket, valid) =>
    socket.write(toBytes(valid).subarray(0, -10)),
  ),
  onResponse('closed within the headers', FAILED, (socket, valid) =>
    socket.end(toBytes(valid).subarray(0, 30)),
  ),
  onResponse('closed within the body', BROKEN, (socket, valid) =>
    socket.end(toBytes(valid).subarray(0, -10)),
  ),
  onResponse('reset within the body', FAILED, (socket, valid) => {
    socket.write(toBytes(valid).subarray(0, -10))
    // Later, because a reset discards data that is not read yet.
    setTimeout(() => socket.resetAndDestroy(), 100)
  }),
  onResponse('random bytes as the response', BROKEN, (socket) => socket.end(randomBytes(4096))),
  onConnect('another protocol', BROKEN, (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
  respond('`Connection: close`, but not closed', PERMITTED, (valid) => ({
    headers: [...headersOf(valid, valid.body.length), 'Connection: close'],
  })),
  respondAndClose('no length, then closed', PERMITTED, ({ contentType }) => ({
    headers: [`Content-Type: ${contentType}`],
  })),
  respond('no length, and not closed', DEADLINE_EXCEEDED, ({ contentType }) => ({
    headers: [`Content-Type: ${contentType}`],
  })),
  // The framing (RFC 9112).
  onResponse('two responses to one request', PERMITTED, (socket, valid) => {
    const forged = toBytes(valid, { body: '{}', statusLine: 'HTTP/1.1 500 No' })
    socket.write(Buffer.concat([toBytes(valid), forged]))
  }),
  respondAndClose('HTTP/1.0', PERMITTED, () => ({ statusLine: 'HTTP/1.0 200 OK' })),
  respond('an interim response first', PERMITTED, () => ({
    statusLine: 'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK',
  })),
  respond('two different lengths', BROKEN, ({ body: { length } }) => ({
    headers: [`Content-Length: ${length}`, `Content-Length: ${length + 1}`],
  })),
  respond('both length and chunks', BROKEN, ({ body: { length } }) => ({
    headers: [`Content-Length: ${length}`, 'Transfer-Encoding: chunked'],
  })),
  respond('a length that is too small', BROKEN, (valid) => ({
    headers: headersOf(valid, valid.body.length - 1),
  })),
  onResponse('endless headers', BROKEN, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    flood(socket, Buffer.from(`X-Flood: ${'x'.repeat(1000)}\r\n`))
  }),
  respond('an invalid chunk size', BROKEN, () => ({
    headers: ['Transfer-Encoding: chunked'],
    body: 'zz\r\n{}\r\n',
  })),
  // The size.
  padded('30 MB', TOO_LARGE, 30 * MEBIBYTE),
  padded('1 MiB and one byte', TOO_LARGE, MEBIBYTE + 1),
  padded('1 MiB', PERMITTED, MEBIBYTE),
  onResponse('endless chunks', TOO_LARGE, (socket, { contentType }) => {
    socket.write(endless(contentType))
    flood(socket, chunked(blanks(64 * 1024)))
  }),
  asGzip('a gzip bomb of 64 MiB', TOO_LARGE, (body) => {
    // A gzip file may have several members (RFC 1952 §2.2). To compress all of it takes too long.
    const member = gzipSync(blanks(MEBIBYTE))
    return Buffer.concat([gzipSync(body), ...Array<Buffer>(64).fill(member)])
  }),
  asGzip('gzip', PERMITTED, (body) => gzipSync(body)),
  asGzip('truncated gzip', NOT_JSON, (body) => gzipSync(body).subarray(0, -12)),
  asGzip('invalid gzip', BROKEN, (body) => body),
  // The content.
  withType('HTML', NOT_JSON, 'text/html', LOGIN_PAGE),
  withBody('HTML with the media type of JSON', NOT_JSON, () => LOGIN_PAGE),
  withType('JSON with the media type of HTML', WRONG_MEDIA_TYPE, 'text/html'),
  withType('JSON with the media type of plain text', WRONG_MEDIA_TYPE, 'text/plain'),
  withType('JSON as a signed response (RFC 9701)', WRONG_MEDIA_TYPE, SIGNED_RESPONSE),
  withType('JSON without a media type', PERMITTED),
  withType('JSON with a charset', PERMITTED, 'Application/JSON;charset=UTF-8'),
  withBody('an empty body', NOT_JSON, () => ''),
  withBody('truncated JSON', NOT_JSON, (body) => body.subarray(0, -1)),
  withBody('JSON with a trailing character', NOT_JSON, (body) => `${body.toString()}}`),
  withBody('an array', NOT_AN_OBJECT, (body) => `[${body.toString()}]`),
  withBody('null', NOT_JSON, () => 'null'),
  withBody('a number', NOT_AN_OBJECT, () => '1'),
  withBody('true', NOT_AN_OBJECT, () => 'true'),
  withBody('a string', NOT_AN_OBJECT, () => '"active"'),
  withBody('an empty object', EMPTY_OBJECT, () => '{}'),
  withBody(
    'all members in `__proto__`',
    EMPTY_OBJECT,
    (body) => `{"__proto__":${body.toString()}}`,
  ),
  withBody('invalid UTF-8', permittedForVault(NOT_JSON), (body) =>
    Buffer.concat([body.subarray(0, -1), Buffer.from(',"name":"\xff"}', 'latin1')]),
  ),
  withBody('UTF-16', NOT_JSON, (body) => Buffer.from(body.toString(), 'utf16le')),
  withBody('a byte order mark', PERMITTED, (body) => `\uFEFF${body.toString()}`),
  withBody('duplicate members, null first', PERMITTED, withNullsFirst),
  withBody('duplicate members, null last', EMPTY_OBJECT, withNullsLast),
  withBody('100,000 nested arrays', NOT_AN_OBJECT, () => DEEP_ARRAY),
]
