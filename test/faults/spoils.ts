/** Ways to damage an answer, down to its bytes. */
import type { Socket } from 'node:net'
import type { GoodAnswer, Spoil } from './fault-proxy.ts'

interface Raw {
  readonly statusLine?: string
  /** Each with its colon; none of them is added. */
  readonly headers?: readonly string[]
  readonly body?: Buffer | string
}

/** The type of the good answer, and the length of this body. */
export function headersOf({ contentType }: GoodAnswer, length: number): string[] {
  return [`Content-Type: ${contentType}`, `Content-Length: ${length}`]
}

/** The bytes of an answer, with the length of its body unless the headers say otherwise. */
export function raw(
  good: GoodAnswer,
  { statusLine = 'HTTP/1.1 200 OK', headers, body }: Raw = {},
): Buffer {
  const bytes = Buffer.from(body ?? good.body)
  const lines = headers ?? headersOf(good, bytes.length)
  return Buffer.concat([Buffer.from([statusLine, ...lines, '', ''].join('\r\n')), bytes])
}

/** In place of an answer. */
export function answered(act: (socket: Socket, good: GoodAnswer) => void): Spoil {
  return { when: 'answered', act }
}

/** Before any request. */
export function connected(act: (socket: Socket) => void): Spoil {
  return { when: 'connected', act }
}

/** The whole answer, and then the connection is left to the function. */
export function answering(make: (good: GoodAnswer) => Raw): Spoil {
  return answered((socket, good) => socket.write(raw(good, make(good))))
}

/** The whole answer, and then the connection is closed. */
export function answeringAndClosing(make: (good: GoodAnswer) => Raw): Spoil {
  return answered((socket, good) => socket.end(raw(good, make(good))))
}

export function withBody(change: (good: Buffer) => Buffer | string): Spoil {
  return answering(({ body }) => ({ body: change(body) }))
}

export function withType(
  type: string | undefined,
  change = (good: Buffer): Buffer | string => good,
) {
  return answering((good) => {
    const body = Buffer.from(change(good.body))
    return {
      body,
      headers: [
        ...(type === undefined ? [] : [`Content-Type: ${type}`]),
        `Content-Length: ${body.length}`,
      ],
    }
  })
}

export function withStatus(code: number): Spoil {
  return answering((good) => ({
    statusLine: `HTTP/1.1 ${code} Whatever`,
    ...([204, 205, 304].includes(code) ? { headers: ['Content-Length: 0'], body: '' } : {}),
    ...(code === 401 ? { headers: [AUTHENTICATE, ...headersOf(good, good.body.length)] } : {}),
  }))
}

const AUTHENTICATE = 'WWW-Authenticate: Basic realm="dependency"'

/** Bytes for ever, as fast as they are taken. */
export function flood(socket: Socket, chunk: Buffer): void {
  const pour = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', pour)
  pour()
}

export function chunked(content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`${content.length.toString(16)}\r\n`),
    content,
    Buffer.from('\r\n'),
  ])
}

export const MEBIBYTE = 1024 * 1024
export function filled(size: number): Buffer {
  return Buffer.alloc(size, 0x20)
}

/** As bytes that are said to be gzip. */
export function gzipped(pack: (good: Buffer) => Buffer): Spoil {
  return answering((good) => {
    const body = pack(good.body)
    return { body, headers: ['Content-Encoding: gzip', ...headersOf(good, body.length)] }
  })
}

/** The object's text with each member twice, of which the last is the one that counts. */
export function withNullsFirst(good: Buffer): string {
  return `{${nullsInPlaceOf(good)},${good.toString().trim().slice(1)}`
}

export function withNullsLast(good: Buffer): string {
  return `${good.toString().trim().slice(0, -1)},${nullsInPlaceOf(good)}}`
}

function nullsInPlaceOf(good: Buffer): string {
  return Object.keys(JSON.parse(good.toString()) as object)
    .map((name) => `${JSON.stringify(name)}:null`)
    .join()
}

/** A letter now and then, so that something always comes and nothing ever ends. */
export function drip(socket: Socket, letter: string): void {
  const timer = setInterval(() => socket.write(letter), 20)
  socket.once('close', () => {
    clearInterval(timer)
  })
}
