/** Faults of the size and the content of an answer. */
import { gzipSync } from 'node:zlib'
import type { Spoil } from './fault-proxy.ts'
import {
  answered,
  chunked,
  filled,
  flood,
  gzipped,
  MEBIBYTE,
  withBody,
  withNullsFirst,
  withNullsLast,
  withType,
} from './spoils.ts'
import {
  MISLABELLED,
  NO_OBJECT,
  NOT_JSON,
  PERMIT,
  SAYS_NOTHING,
  toleratedByVault,
  unavailable,
  type FaultOfAnswer,
} from './verdicts.ts'

const TOO_LARGE = unavailable('answer_too_large')

/** The good answer and blanks up to this size. */
function filledTo(size: number): Spoil {
  return withBody((good) => Buffer.concat([good, filled(size - good.length)]))
}

/** What size the answer is, and how it is packed. */
export const SIZE_FAULTS: readonly FaultOfAnswer[] = [
  ['30 MB', TOO_LARGE, filledTo(30 * MEBIBYTE)],
  ['just over 1 MiB', TOO_LARGE, filledTo(MEBIBYTE + 1)],
  ['exactly 1 MiB', PERMIT, filledTo(MEBIBYTE)],
  [
    'chunks without end',
    TOO_LARGE,
    answered((socket, { contentType }) => {
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: ${contentType}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      )
      flood(socket, chunked(filled(64 * 1024)))
    }),
  ],
  [
    'a gzip bomb of 64 MiB',
    TOO_LARGE,
    gzipped((good) => {
      // Members of a gzip file stand one after the other (RFC 1952 §2.2). Compressing all of it here
      // would take a good part of the call's time.
      const member = gzipSync(filled(MEBIBYTE))
      return Buffer.concat([gzipSync(good), ...Array<Buffer>(64).fill(member)])
    }),
  ],
  ['gzip', PERMIT, gzipped((good) => gzipSync(good))],
  ['gzip that is cut', NOT_JSON, gzipped((good) => gzipSync(good).subarray(0, -12))],
  ['gzip that is none', unavailable('answer_broken'), gzipped((good) => good)],
]

const LOGIN_PAGE = '<html><form>Sign in</form></html>'

/** What the answer says. */
export const CONTENT_FAULTS: readonly FaultOfAnswer[] = [
  ['HTML', NOT_JSON, withType('text/html', () => LOGIN_PAGE)],
  ['HTML that calls itself JSON', NOT_JSON, withBody(() => LOGIN_PAGE)],
  ['JSON that calls itself HTML', MISLABELLED, withType('text/html')],
  ['JSON that calls itself text', MISLABELLED, withType('text/plain')],
  [
    'JSON that calls itself a signed answer (RFC 9701)',
    MISLABELLED,
    withType('application/token-introspection+jwt'),
  ],
  ['JSON without a type', PERMIT, withType(undefined)],
  ['JSON with a charset', PERMIT, withType('Application/JSON;charset=UTF-8')],
  ['an empty body', NOT_JSON, withBody(() => '')],
  ['truncated JSON', NOT_JSON, withBody((good) => good.subarray(0, -1))],
  ['JSON and more', NOT_JSON, withBody((good) => `${good.toString()}}`)],
  ['an array', NO_OBJECT, withBody((good) => `[${good.toString()}]`)],
  ['null', NOT_JSON, withBody(() => 'null')],
  ['a number', NO_OBJECT, withBody(() => '1')],
  ['true', NO_OBJECT, withBody(() => 'true')],
  ['a text', NO_OBJECT, withBody(() => '"active"')],
  ['an empty object', SAYS_NOTHING, withBody(() => '{}')],
  [
    'everything in its prototype',
    SAYS_NOTHING,
    withBody((good) => `{"__proto__":${good.toString()}}`),
  ],
  [
    'invalid UTF-8',
    toleratedByVault(NOT_JSON),
    withBody((good) =>
      Buffer.concat([good.subarray(0, -1), Buffer.from(',"name":"\xff"}', 'latin1')]),
    ),
  ],
  ['UTF-16', NOT_JSON, withBody((good) => Buffer.from(good.toString(), 'utf16le'))],
  ['a byte order mark', PERMIT, withBody((good) => `\uFEFF${good.toString()}`)],
  ['members twice, null first', PERMIT, withBody(withNullsFirst)],
  ['members twice, null last', SAYS_NOTHING, withBody(withNullsLast)],
  ['100,000 levels', NO_OBJECT, withBody(() => `${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
]
