/** Prints, decodes or stores a token, or calls an API with it. */
import { readUnverifiedJwt } from '../../src/oauth/unverified-jwt.ts'
import { member } from '../../src/platform/json.ts'
import type { Order } from './arguments.ts'
import type { Tokens } from './flows.ts'
import { writeRefreshToken } from './store.ts'
import { print, TokenError } from './messages.ts'

const CALL_TIMEOUT_MILLISECONDS = 30_000
const LONGEST_BODY_SHOWN = 2_000

export async function useToken(order: Order, tokens: Tokens, signal: AbortSignal): Promise<void> {
  // Before anything can fail: a server that rotates refresh tokens has invalidated the old one.
  if (order.store !== undefined) await storeRefreshToken(order.store, tokens)
  if (order.decode) print(decoded(tokens.access_token))
  if (tokens.expires_in !== undefined) print(`The token expires in ${tokens.expires_in} seconds.`)
  if (order.call === undefined) process.stdout.write(`${tokens.access_token}\n`)
  else await call(order.call, tokens.access_token, signal)
}

async function storeRefreshToken(file: string, { refresh_token }: Tokens): Promise<void> {
  if (refresh_token === undefined) {
    print(
      'There is no refresh token: request the scope offline_access, and allow the application the grant.',
    )
    return
  }
  await writeRefreshToken(file, refresh_token)
  print(`The refresh token is in ${file}.`)
}

/** Header and claims, and the times as dates. The signature is left out. */
function decoded(token: string): string {
  const jwt = readUnverifiedJwt(token)
  if (jwt === undefined) return 'The token is opaque: only the identity provider can read it.'
  const times = ['iat', 'nbf', 'exp'].flatMap((name) => {
    const value = member(jwt.payload, name)
    const time = new Date(typeof value === 'number' ? value * 1000 : Number.NaN)
    return Number.isNaN(time.getTime()) ? [] : [`${name}: ${time.toISOString()}`]
  })
  return [JSON.stringify(jwt.header, null, 2), JSON.stringify(jwt.payload, null, 2), ...times].join(
    '\n',
  )
}

async function call(url: string, token: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MILLISECONDS)]),
  }).catch((error: unknown) => {
    if (signal.aborted) throw error
    throw new TokenError(`${url} does not answer`)
  })
  const challenge = response.headers.get('www-authenticate')
  print([response.status, challenge].filter((part) => part !== null).join(' '))
  print((await response.text()).slice(0, LONGEST_BODY_SHOWN))
  if (response.status >= 400) process.exitCode = 1
}
