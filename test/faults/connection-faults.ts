/** Faults of the connection, and of the framing of an answer. */
import { randomBytes } from 'node:crypto'
import type { Spoil } from './fault-proxy.ts'
import {
  answered,
  answering,
  answeringAndClosing,
  connected,
  drip,
  flood,
  headersOf,
  raw,
} from './spoils.ts'
import { LATE, PERMIT, unavailable, type FaultOfAnswer } from './verdicts.ts'

const FAILED = unavailable('connection_failed')
const BROKEN = unavailable('answer_broken')

/** The answer up to this byte, after which the connection is closed or stays as it is. */
function upTo(end: number, then: 'close' | 'stay'): Spoil {
  return answered((socket, good) => {
    const part = raw(good).subarray(0, end)
    if (then === 'close') socket.end(part)
    else socket.write(part)
  })
}

/** What happens to the connection. */
export const CONNECTION_FAULTS: readonly FaultOfAnswer[] = [
  ['reset when connected', FAILED, connected((socket) => socket.resetAndDestroy())],
  ['reset in place of an answer', FAILED, answered((socket) => socket.resetAndDestroy())],
  ['closed in place of an answer', FAILED, answered((socket) => socket.destroy())],
  ['black hole: connected, nothing read', LATE, connected((socket) => socket.pause())],
  ['no answer', LATE, answered(() => undefined)],
  [
    '300 ms late',
    PERMIT,
    answered((socket, good) => setTimeout(() => socket.write(raw(good)), 300)),
  ],
  [
    'headers that drip',
    LATE,
    answered((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-Drip: ')
      drip(socket, 'x')
    }),
  ],
  [
    'a body that drips',
    LATE,
    answered((socket, good) => {
      socket.write(raw(good, { headers: ['Content-Type: application/json'] }))
      drip(socket, ' ')
    }),
  ],
  ['half an answer, then nothing', LATE, upTo(-10, 'stay')],
  ['cut within the headers', FAILED, upTo(30, 'close')],
  ['cut within the body', BROKEN, upTo(-10, 'close')],
  [
    'reset within the body',
    FAILED,
    answered((socket, good) => {
      socket.write(raw(good).subarray(0, -10))
      // Not at once: a reset discards what has not been read yet.
      setTimeout(() => socket.resetAndDestroy(), 100)
    }),
  ],
  ['garbage in place of an answer', BROKEN, answered((socket) => socket.end(randomBytes(4096)))],
  ['garbage when connected', BROKEN, connected((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))],
  [
    'slow close: the whole answer, and the connection stays',
    PERMIT,
    answering((good) => ({ headers: [...headersOf(good, good.body.length), 'Connection: close'] })),
  ],
  [
    'an answer without length that ends with the connection',
    PERMIT,
    answeringAndClosing(({ contentType }) => ({ headers: [`Content-Type: ${contentType}`] })),
  ],
  [
    'an answer without length whose connection stays',
    LATE,
    answering(({ contentType }) => ({ headers: [`Content-Type: ${contentType}`] })),
  ],
]

/** What the answer's framing is like (RFC 9112). */
export const FRAMING_FAULTS: readonly FaultOfAnswer[] = [
  [
    'two answers for one request',
    PERMIT,
    answered((socket, good) => {
      const forged = raw(good, { body: '{}', statusLine: 'HTTP/1.1 500 No' })
      socket.write(Buffer.concat([raw(good), forged]))
    }),
  ],
  ['HTTP/1.0', PERMIT, answeringAndClosing(() => ({ statusLine: 'HTTP/1.0 200 OK' }))],
  [
    'an interim answer first',
    PERMIT,
    answered((socket, good) =>
      socket.write(Buffer.concat([Buffer.from('HTTP/1.1 103 Early Hints\r\n\r\n'), raw(good)])),
    ),
  ],
  [
    'two lengths that differ',
    BROKEN,
    answering(({ body }) => ({
      headers: [`Content-Length: ${body.length}`, `Content-Length: ${body.length + 1}`],
    })),
  ],
  [
    'a length and chunks',
    BROKEN,
    answering(({ body }) => ({
      headers: [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'],
    })),
  ],
  [
    'a length that is too short',
    BROKEN,
    answering((good) => ({ headers: headersOf(good, good.body.length - 1) })),
  ],
  [
    'headers without end',
    BROKEN,
    answered((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      flood(socket, Buffer.from(`X-Flood: ${'x'.repeat(1000)}\r\n`))
    }),
  ],
  [
    'a chunk size that is none',
    BROKEN,
    answering(() => ({ headers: ['Transfer-Encoding: chunked'], body: 'zz\r\n{}\r\n' })),
  ],
]
