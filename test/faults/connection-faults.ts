/** Faults of the connection, and of the framing of a response. */
import { randomBytes } from 'node:crypto'
import {
  drip,
  flood,
  headersOf,
  onConnect,
  onResponse,
  respond,
  respondAndClose,
  toBytes,
} from './fault-builders.ts'
import type { Fault } from './fault-proxy.ts'
import { DEADLINE_EXCEEDED, PERMITTED, unavailable, type ResponseFault } from './verdicts.ts'

const FAILED = unavailable('connection_failed')
const BROKEN = unavailable('answer_broken')

function closedAt(end: number): Fault {
  return onResponse((socket, valid) => socket.end(toBytes(valid).subarray(0, end)))
}

export const CONNECTION_FAULTS: readonly ResponseFault[] = [
  ['reset on connect', FAILED, onConnect((socket) => socket.resetAndDestroy())],
  ['reset without a response', FAILED, onResponse((socket) => socket.resetAndDestroy())],
  ['closed without a response', FAILED, onResponse((socket) => socket.destroy())],
  ['connected, but no data read', DEADLINE_EXCEEDED, onConnect((socket) => socket.pause())],
  ['no response', DEADLINE_EXCEEDED, onResponse(() => undefined)],
  [
    'response after 300 ms',
    PERMITTED,
    onResponse((socket, valid) => setTimeout(() => socket.write(toBytes(valid)), 300)),
  ],
  [
    'slow, endless headers',
    DEADLINE_EXCEEDED,
    onResponse((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-Drip: ')
      drip(socket, 'x')
    }),
  ],
  [
    'slow, endless body',
    DEADLINE_EXCEEDED,
    onResponse((socket, valid) => {
      socket.write(toBytes(valid, { headers: ['Content-Type: application/json'] }))
      drip(socket, ' ')
    }),
  ],
  [
    'stalled within the body',
    DEADLINE_EXCEEDED,
    onResponse((socket, valid) => socket.write(toBytes(valid).subarray(0, -10))),
  ],
  ['closed within the headers', FAILED, closedAt(30)],
  ['closed within the body', BROKEN, closedAt(-10)],
  [
    'reset within the body',
    FAILED,
    onResponse((socket, valid) => {
      socket.write(toBytes(valid).subarray(0, -10))
      // Later, because a reset discards data that is not read yet.
      setTimeout(() => socket.resetAndDestroy(), 100)
    }),
  ],
  ['random bytes as the response', BROKEN, onResponse((socket) => socket.end(randomBytes(4096)))],
  ['another protocol', BROKEN, onConnect((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))],
  [
    '`Connection: close`, but not closed',
    PERMITTED,
    respond((valid) => ({
      headers: [...headersOf(valid, valid.body.length), 'Connection: close'],
    })),
  ],
  [
    'no length, then closed',
    PERMITTED,
    respondAndClose(({ contentType }) => ({ headers: [`Content-Type: ${contentType}`] })),
  ],
  [
    'no length, and not closed',
    DEADLINE_EXCEEDED,
    respond(({ contentType }) => ({ headers: [`Content-Type: ${contentType}`] })),
  ],
]

/** Faults by RFC 9112. */
export const FRAMING_FAULTS: readonly ResponseFault[] = [
  [
    'two responses to one request',
    PERMITTED,
    onResponse((socket, valid) => {
      const forged = toBytes(valid, { body: '{}', statusLine: 'HTTP/1.1 500 No' })
      socket.write(Buffer.concat([toBytes(valid), forged]))
    }),
  ],
  ['HTTP/1.0', PERMITTED, respondAndClose(() => ({ statusLine: 'HTTP/1.0 200 OK' }))],
  [
    'an interim response first',
    PERMITTED,
    respond(() => ({ statusLine: 'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK' })),
  ],
  [
    'two different lengths',
    BROKEN,
    respond(({ body: { length } }) => ({
      headers: [`Content-Length: ${length}`, `Content-Length: ${length + 1}`],
    })),
  ],
  [
    'both length and chunks',
    BROKEN,
    respond(({ body: { length } }) => ({
      headers: [`Content-Length: ${length}`, 'Transfer-Encoding: chunked'],
    })),
  ],
  [
    'a length that is too small',
    BROKEN,
    respond((valid) => ({ headers: headersOf(valid, valid.body.length - 1) })),
  ],
  [
    'endless headers',
    BROKEN,
    onResponse((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      flood(socket, Buffer.from(`X-Flood: ${'x'.repeat(1000)}\r\n`))
    }),
  ],
  [
    'an invalid chunk size',
    BROKEN,
    respond(() => ({ headers: ['Transfer-Encoding: chunked'], body: 'zz\r\n{}\r\n' })),
  ],
]
