/** Parses `WWW-Authenticate` values (RFC 9110 §11) independently of `src`. */

export interface Challenge {
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

/** An `auth-param` with a quoted value of the characters that RFC 6750 §3 allows. */
const PARAMETER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)="([\x20-\x21\x23-\x5B\x5D-\x7E]*)"(?:, *|$)/

/** Throws unless the value is exactly one challenge. */
export function readChallenge(value: unknown): Challenge {
  if (typeof value !== 'string') throw new Error('the challenge is missing')
  const scheme = /^[A-Za-z]+(?= |$)/.exec(value)?.[0]
  if (scheme === undefined) throw new Error(`the scheme is invalid: ${value}`)
  const parameters: Record<string, string> = {}
  let rest = value.slice(scheme.length).trimStart()
  while (rest !== '') {
    const [whole, name, text] = PARAMETER.exec(rest) ?? []
    if (whole === undefined || name === undefined || text === undefined || name in parameters) {
      throw new Error(`the parameter is invalid: ${rest}`)
    }
    parameters[name] = text
    rest = rest.slice(whole.length)
  }
  return { scheme, parameters }
}
