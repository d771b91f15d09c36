/** Header fields as sent: a list with repetitions, names in any case. */

export type Header = readonly [name: string, value: string]

/** Of one connection, not of the message (RFC 9110 §7.6.1). Never passed on. */
const hopByHopNames = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** From the flat list of names and values that Node calls raw headers. */
export function fromRawHeaders(raw: readonly string[]): Header[] {
  const headers: Header[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.push([raw[index] ?? '', raw[index + 1] ?? ''])
  }
  return headers
}

/** All values of a header, in order; its name in any case. */
export function headerValues(headers: readonly Header[], name: string): string[] {
  return headers.filter(([other]) => isSameName(other, name)).map(([, value]) => value)
}

export function withoutHeaders(headers: readonly Header[], ...names: string[]): Header[] {
  return headers.filter(([name]) => !names.some((other) => isSameName(name, other)))
}

/** Without the headers of the connection and those that `Connection` itself names. */
export function endToEndHeaders(headers: readonly Header[]): Header[] {
  const named = headerValues(headers, 'connection').flatMap((value) =>
    value.split(',').map((name) => name.trim()),
  )
  return withoutHeaders(headers, ...hopByHopNames, ...named)
}

export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** Bytes of a request's header: request line, header lines, and the empty line that ends them. */
export function requestHeaderBytes(
  method: string,
  target: string,
  headers: readonly Header[],
): number {
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map((header) => header.join(': ')), '']
  return lines.reduce((bytes, line) => bytes + Buffer.byteLength(line, 'latin1') + 2, 0)
}
