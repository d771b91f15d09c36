/** Faults of the size and the content of a response. */
import { gzipSync } from 'node:zlib'
import {
  asGzip,
  blanks,
  chunked,
  flood,
  MEBIBYTE,
  onResponse,
  withBody,
  withNullsFirst,
  withNullsLast,
  withType,
} from './fault-builders.ts'
import type { Fault } from './fault-proxy.ts'
import {
  EMPTY_OBJECT,
  NOT_AN_OBJECT,
  NOT_JSON,
  PERMITTED,
  permittedForVault,
  unavailable,
  WRONG_MEDIA_TYPE,
  type ResponseFault,
} from './verdicts.ts'

const TOO_LARGE = unavailable('answer_too_large')

function paddedTo(size: number): Fault {
  return withBody((body) => Buffer.concat([body, blanks(size - body.length)]))
}

export const SIZE_FAULTS: readonly ResponseFault[] = [
  ['30 MB', TOO_LARGE, paddedTo(30 * MEBIBYTE)],
  ['1 MiB and one byte', TOO_LARGE, paddedTo(MEBIBYTE + 1)],
  ['1 MiB', PERMITTED, paddedTo(MEBIBYTE)],
  [
    'endless chunks',
    TOO_LARGE,
    onResponse((socket, { contentType }) => {
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: ${contentType}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      )
      flood(socket, chunked(blanks(64 * 1024)))
    }),
  ],
  [
    'a gzip bomb of 64 MiB',
    TOO_LARGE,
    asGzip((body) => {
      // A gzip file may have several members (RFC 1952 §2.2). To compress all of it takes too long.
      const member = gzipSync(blanks(MEBIBYTE))
      return Buffer.concat([gzipSync(body), ...Array<Buffer>(64).fill(member)])
    }),
  ],
  ['gzip', PERMITTED, asGzip((body) => gzipSync(body))],
  ['truncated gzip', NOT_JSON, asGzip((body) => gzipSync(body).subarray(0, -12))],
  ['invalid gzip', unavailable('answer_broken'), asGzip((body) => body)],
]

const LOGIN_PAGE = '<html><form>Sign in</form></html>'
const DEEP_ARRAY = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

export const CONTENT_FAULTS: readonly ResponseFault[] = [
  ['HTML', NOT_JSON, withType('text/html', LOGIN_PAGE)],
  ['HTML with the media type of JSON', NOT_JSON, withBody(() => LOGIN_PAGE)],
  ['JSON with the media type of HTML', WRONG_MEDIA_TYPE, withType('text/html')],
  ['JSON with the media type of plain text', WRONG_MEDIA_TYPE, withType('text/plain')],
  [
    'JSON with the media type of a signed response (RFC 9701)',
    WRONG_MEDIA_TYPE,
    withType('application/token-introspection+jwt'),
  ],
  ['JSON without a media type', PERMITTED, withType(undefined)],
  ['JSON with a charset', PERMITTED, withType('Application/JSON;charset=UTF-8')],
  ['an empty body', NOT_JSON, withBody(() => '')],
  ['truncated JSON', NOT_JSON, withBody((body) => body.subarray(0, -1))],
  ['JSON with a trailing character', NOT_JSON, withBody((body) => `${body.toString()}}`)],
  ['an array', NOT_AN_OBJECT, withBody((body) => `[${body.toString()}]`)],
  ['null', NOT_JSON, withBody(() => 'null')],
  ['a number', NOT_AN_OBJECT, withBody(() => '1')],
  ['true', NOT_AN_OBJECT, withBody(() => 'true')],
  ['a string', NOT_AN_OBJECT, withBody(() => '"active"')],
  ['an empty object', EMPTY_OBJECT, withBody(() => '{}')],
  [
    'an object with all members in `__proto__`',
    EMPTY_OBJECT,
    withBody((body) => `{"__proto__":${body.toString()}}`),
  ],
  [
    'invalid UTF-8',
    permittedForVault(NOT_JSON),
    withBody((body) =>
      Buffer.concat([body.subarray(0, -1), Buffer.from(',"name":"\xff"}', 'latin1')]),
    ),
  ],
  ['UTF-16', NOT_JSON, withBody((body) => Buffer.from(body.toString(), 'utf16le'))],
  ['a byte order mark', PERMITTED, withBody((body) => `\uFEFF${body.toString()}`)],
  ['duplicate members, null first', PERMITTED, withBody(withNullsFirst)],
  ['duplicate members, null last', EMPTY_OBJECT, withBody(withNullsLast)],
  ['100,000 nested arrays', NOT_AN_OBJECT, withBody(() => DEEP_ARRAY)],
]
