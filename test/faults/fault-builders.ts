/** Builds faults of a response, down to its bytes. */
import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import type { Fault, ValidResponse } from './fault-proxy.ts'
import type { Expectations } from './verdicts.ts'

export interface FaultCase {
  readonly name: string
  readonly expected: Expectations
  readonly fault?: Fault
  readonly endpoint?: EndpointFault
}

/** A fault of the dependency's URL or certificate. */
export type EndpointFault =
  | { readonly kind: 'refused' | 'unknown_name' }
  | { readonly kind: 'tls'; readonly options: TlsOptions; readonly trusted: boolean }

interface RawResponse {
  readonly statusLine?: string
  /** All header lines. */
  readonly headers?: readonly string[]
  readonly body?: Buffer | string
}

/** The media type of the valid response, and this length. */
export function headersOf({ contentType }: ValidResponse, length: number): string[] {
  return [`Content-Type: ${contentType}`, `Content-Length: ${length}`]
}

/** The bytes of the valid response with these changes. */
export function toBytes(
  valid: ValidResponse,
  { statusLine = 'HTTP/1.1 200 OK', headers, body = valid.body }: RawResponse = {},
): Buffer {
  const bytes = Buffer.from(body)
  const lines = headers ?? headersOf(valid, bytes.length)
  return Buffer.concat([Buffer.from([statusLine, ...lines, '', ''].join('\r\n')), bytes])
}

export function onConnect(
  name: string,
  expected: Expectations,
  act: (socket: Socket) => void,
): FaultCase {
  return { name, expected, fault: { on: 'connect', act } }
}

export function onResponse(
  name: string,
  expected: Expectations,
  act: (socket: Socket, valid: ValidResponse) => void,
): FaultCase {
  return { name, expected, fault: { on: 'response', act } }
}

type Change = (valid: ValidResponse) => RawResponse

/** Leaves the connection open after the response. */
export function respond(name: string, expected: Expectations, change: Change): FaultCase {
  return onResponse(name, expected, (socket, valid) => socket.write(toBytes(valid, change(valid))))
}

export function respondAndClose(name: string, expected: Expectations, change: Change): FaultCase {
  return onResponse(name, expected, (socket, valid) => socket.end(toBytes(valid, change(valid))))
}

type ChangeBody = (body: Buffer) => Buffer | string

export function withBody(name: string, expected: Expectations, change: ChangeBody): FaultCase {
  return respond(name, expected, ({ body }) => ({ body: change(body) }))
}

export function withType(name: string, expected: Expectations, type?: string, text?: string) {
  return respond(name, expected, (valid) => {
    const body = text ?? valid.body
    const [, length = ''] = headersOf(valid, body.length)
    return { body, headers: type === undefined ? [length] : [`Content-Type: ${type}`, length] }
  })
}

/** Sends the bytes with `Content-Encoding: gzip`. */
export function asGzip(name: string, expected: Expectations, encode: (body: Buffer) => Buffer) {
  return respond(name, expected, (valid) => {
    const body = encode(valid.body)
    return { body, headers: ['Content-Encoding: gzip', ...headersOf(valid, body.length)] }
  })
}

/** Writes the chunk without end, as fast as it is read. */
export function flood(socket: Socket, chunk: Buffer): void {
  const pour = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', pour)
  pour()
}

/** Writes the character every 20 ms without end. */
export function drip(socket: Socket, character: string): void {
  const timer = setInterval(() => socket.write(character), 20)
  socket.once('close', () => {
    clearInterval(timer)
  })
}

export function chunked(content: Buffer): Buffer {
  const size = Buffer.from(`${content.length.toString(16)}\r\n`)
  return Buffer.concat([size, content, Buffer.from('\r\n')])
}

export const MEBIBYTE = 1024 * 1024
export function blanks(size: number): Buffer {
  return Buffer.alloc(size, ' ')
}

/** Duplicates each member of the object with null before the valid one, which counts. */
export function withNullsFirst(body: Buffer): string {
  return `{${nullMembers(body)},${body.toString().trim().slice(1)}`
}

export function withNullsLast(body: Buffer): string {
  return `${body.toString().trim().slice(0, -1)},${nullMembers(body)}}`
}

function nullMembers(body: Buffer): string {
  return Object.keys(JSON.parse(body.toString()) as object)
    .map((name) => `${JSON.stringify(name)}:null`)
    .join()
}
