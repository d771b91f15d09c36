/** What is done with a token: print, decode or store it, or call with it. */
import { readUnverifiedJwt } from '../../src/oauth/unverified-jwt.ts'
import { member } from '../../src/platform/json.ts'
import type { Order } from './arguments.ts'
import type { Tokens } from './flows.ts'
import { writeRefreshToken } from './store.ts'
import { say, TokenError } from './talk.ts'

const CALL_TIMEOUT_MILLISECONDS = 30_000
const LONGEST_BODY_SHOWN = 2_000

export async function useToken(order: Order, tokens: Tokens, signal: AbortSignal): Promise<void> {
  // First of all: a server that rotates refresh tokens has forgotten the old one already.
  if (order.store !== undefined) await keep(order.store, tokens)
  if (order.decode) say(decoded(tokens.access_token))
  if (tokens.expires_in !== undefined) say(`The token lives for ${tokens.expires_in} seconds.`)
  if (order.call === undefined) process.stdout.write(`${tokens.access_token}\n`)
  else await call(order.call, tokens.access_token, signal)
}

async function keep(file: string, { refresh_token }: Tokens): Promise<void> {
  if (refresh_token === undefined) {
    say(
      'No refresh token came: ask for the scope offline_access, and allow the application the grant.',
    )
    return
  }
  await writeRefreshToken(file, refresh_token)
  say(`The refresh token is in ${file}.`)
}

/** Header and claims, times in words; an opaque token says nothing. The signature is not shown. */
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
  say([response.status, challenge].filter((part) => part !== null).join(' '))
  say((await response.text()).slice(0, LONGEST_BODY_SHOWN))
  if (response.status >= 400) process.exitCode = 1
}
