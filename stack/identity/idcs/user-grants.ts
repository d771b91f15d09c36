/**
 * The grants in which a user logs in: authorization code with PKCE (RFC 6749 §4.1, RFC 7636), device
 * authorization (RFC 8628) and refresh token, as identity domains offer them.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { Provider, TokenEndpointGrantContext } from 'oidc-provider'
import type { Domain } from '../domain.ts'
import { errors } from '../oidc-provider.ts'
import { answerWith, newToken } from './client-credentials.ts'
import { users } from './extension-grants.ts'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'
export const USER_GRANTS = ['authorization_code', 'refresh_token', DEVICE_CODE] as const

/** Oracle, "Token Expiry Table" and "Device Code Grant Type". */
const CODE_SECONDS = 180
export const DEVICE_CODE_SECONDS = 300
const REFRESH_TOKEN_SECONDS = 604_800

/** The permission that a user gave a client. */
interface Consent {
  readonly clientId: string
  readonly user: string
  readonly scope: string
}

interface Expiring {
  readonly expiresAtSeconds: number
}

interface Code extends Consent, Expiring {
  readonly redirectUri: string
  readonly codeChallenge: string | undefined
}

export interface DeviceRequest extends Expiring {
  readonly clientId: string
  readonly scope: string
  readonly userCode: string
  /** Undefined until a user answers; null after a denial. */
  user: string | null | undefined
}

/** The codes and refresh tokens of the users who logged in. */
export interface UserGrants {
  readonly codes: Map<string, Code>
  readonly devices: Map<string, DeviceRequest>
  readonly refreshTokens: Map<string, Consent & Expiring>
}

export function newUserGrants(): UserGrants {
  return { codes: new Map(), devices: new Map(), refreshTokens: new Map() }
}

export function issueCode({ userGrants }: Domain, code: Omit<Code, 'expiresAtSeconds'>): string {
  return remember(userGrants.codes, { ...code, expiresAtSeconds: inSeconds(CODE_SECONDS) })
}

export function startDevice(
  { userGrants }: Domain,
  clientId: string,
  scope: string,
): { readonly deviceCode: string; readonly userCode: string } {
  const userCode = Array.from({ length: 8 }, () => CONSONANTS[randomInt(CONSONANTS.length)]).join(
    '',
  )
  const expiresAtSeconds = inSeconds(DEVICE_CODE_SECONDS)
  const device = { clientId, scope, userCode, user: undefined, expiresAtSeconds }
  return { deviceCode: remember(userGrants.devices, device), userCode }
}

/** RFC 8628 §6.1: without vowels, so that no code is a word. */
const CONSONANTS = 'BCDFGHJKLMNPQRSTVWXZ'

export function findDevice({ userGrants }: Domain, userCode: string): DeviceRequest | undefined {
  const wanted = userCode.toUpperCase().replaceAll(/[^A-Z]/g, '')
  return [...userGrants.devices.values()].find(
    (device) => device.userCode === wanted && !isExpired(device) && device.user === undefined,
  )
}

interface Parameters {
  code?: string
  redirect_uri?: string
  code_verifier?: string
  refresh_token?: string
  device_code?: string
  scope?: string
}

type Context = TokenEndpointGrantContext<Parameters>

export function registerUserGrants(provider: Provider, domain: Domain): void {
  const { codes, devices, refreshTokens } = domain.userGrants

  const answer = async (ctx: Context, consent: Consent): Promise<void> => {
    const scopes = consent.scope.split(' ')
    const scope = scopes.filter((name) => name !== 'offline_access' && name !== 'openid').join(' ')
    const token = newToken(provider, domain, ctx, { scope })
    users.set(token, { name: consent.user, grantType: 'azc' })
    ctx.body = {
      ...(await answerWith(token)),
      ...(scopes.includes('offline_access') && {
        refresh_token: remember(refreshTokens, {
          ...consent,
          expiresAtSeconds: inSeconds(REFRESH_TOKEN_SECONDS),
        }),
      }),
    }
  }

  provider.registerGrantType<Parameters>(
    'authorization_code',
    async (ctx) => {
      const { code, redirect_uri, code_verifier } = ctx.oidc.params
      const found = takeFrom(codes, code, ctx)
      if (found.redirectUri !== redirect_uri) throw new errors.InvalidGrant('redirect_uri')
      if (found.codeChallenge !== challengeOf(code_verifier)) {
        throw new errors.InvalidGrant('code_verifier')
      }
      await answer(ctx, found)
    },
    ['code', 'redirect_uri', 'code_verifier'],
  )

  // The previous refresh token is invalid from now on.
  provider.registerGrantType<Parameters>(
    'refresh_token',
    (ctx) => answer(ctx, takeFrom(refreshTokens, ctx.oidc.params.refresh_token, ctx)),
    ['refresh_token', 'scope'],
  )

  provider.registerGrantType<Parameters>(
    DEVICE_CODE,
    async (ctx) => {
      const { device_code = '' } = ctx.oidc.params
      const device = devices.get(device_code)
      if (device?.clientId !== ctx.oidc.client.clientId)
        throw new errors.InvalidGrant('device_code')
      if (isExpired(device)) throw refusal('expired_token')
      if (device.user === undefined) throw refusal('authorization_pending')
      devices.delete(device_code)
      if (device.user === null) throw refusal('access_denied')
      await answer(ctx, { ...device, user: device.user })
    },
    ['device_code'],
  )
}

function takeFrom<T extends Consent & Expiring>(
  grants: Map<string, T>,
  id: string | undefined,
  ctx: Context,
): T {
  const grant = grants.get(id ?? '')
  if (grant?.clientId !== ctx.oidc.client.clientId) throw new errors.InvalidGrant('unknown')
  grants.delete(id ?? '')
  if (isExpired(grant)) throw new errors.InvalidGrant('expired')
  return grant
}

function refusal(code: string) {
  return new errors.CustomOIDCProviderError(code, code)
}

function challengeOf(verifier: string | undefined): string | undefined {
  return verifier === undefined
    ? undefined
    : createHash('sha256').update(verifier).digest('base64url')
}

function remember<T>(grants: Map<string, T>, grant: T): string {
  const id = randomBytes(24).toString('base64url')
  grants.set(id, grant)
  return id
}

function inSeconds(seconds: number): number {
  return Date.now() / 1000 + seconds
}

function isExpired({ expiresAtSeconds }: Expiring): boolean {
  return Date.now() / 1000 >= expiresAtSeconds
}
