/** The callers of the console, and the defects of their tokens. */
import { generateKeyPairSync } from 'node:crypto'
import { SignJWT, decodeJwt, decodeProtectedHeader } from 'jose'
import type { CallerProvider } from '../caller-providers.ts'
import type { LocalStack } from '../local-stack.ts'

export interface ConsoleCaller {
  readonly id: string
  readonly label: string
  readonly provider: CallerProvider
  token(): Promise<string>
}

export function consoleCallers({ providers }: LocalStack): readonly ConsoleCaller[] {
  return providers.flatMap((provider, index) => {
    const { domain, entra, clients, users, portal, scopes, name } = provider
    const caller = (who: string, token: () => Promise<string>): ConsoleCaller => ({
      id: `${index} ${who}`,
      label: `${who} – ${name}`,
      provider,
      token,
    })
    const scopesOf = (allowed: readonly string[]) =>
      scopes.filter((scope) => allowed.includes(scope)).join(' ')
    return [
      ...(domain === undefined
        ? []
        : clients.map((client) =>
            caller(client.clientId, async () => {
              return (await domain.requestToken(client, scopesOf(client.scopes))).accessToken
            }),
          )),
      ...(domain === undefined || portal === undefined
        ? []
        : users.map((user) =>
            caller(user.name, async () => {
              const scope = scopesOf(portal.client.scopes)
              const { client, key } = portal
              return (await domain.requestUserToken(client, key, user.name, scope)).accessToken
            }),
          )),
      ...(entra === undefined
        ? []
        : [
            caller('an application', () =>
              entra.requestToken({
                roles: scopes,
                ...(clients[0] === undefined ? {} : { clientId: clients[0].clientId }),
              }),
            ),
            ...users.map((user) =>
              caller(user.name, () => entra.requestToken({ roles: scopes, user: user.name })),
            ),
          ]),
    ]
  })
}

/** The defects, in the order of the console's list. */
export const DEFECTS = {
  none: 'Nothing',
  revoked: 'It is revoked at the identity provider',
  expired: 'It has expired',
  not_yet_valid: 'It is not valid yet',
  audience: 'It is for another audience',
  issuer: 'It has another issuer',
  scopes: 'It has no scopes',
  signature: 'Its claims were changed after it was signed',
  key: 'It is signed with another key',
  unsigned: 'It is unsigned (alg none)',
  id_token: 'It is an ID token (identity domain)',
  garbage: 'It is not a token',
  quoted: 'It is in quotation marks',
  basic: 'It comes as Basic credentials',
  twice: 'It is sent twice',
} as const
export type Defect = keyof typeof DEFECTS

const ANOTHER_AUDIENCE = 'https://another-api.example.com/'

/** The `Authorization` values for a valid token with a defect. */
export async function withDefect(
  token: string,
  defect: Defect,
  provider: CallerProvider | undefined,
): Promise<readonly string[]> {
  const now = Math.floor(Date.now() / 1000)
  const resign = async (changes: Record<string, unknown>): Promise<readonly string[]> => {
    if (provider === undefined) throw new Error('Choose a caller: its provider signs the token.')
    const sign = provider.domain?.signToken ?? provider.entra?.signToken
    if (sign === undefined) throw new Error('This provider signs no tokens here.')
    const claims = { ...decodeJwt(token), ...changes }
    return [`Bearer ${await sign(claims, decodeProtectedHeader(token))}`]
  }
  switch (defect) {
    case 'none':
      return [`Bearer ${token}`]
    case 'revoked':
      if (provider?.domain === undefined)
        throw new Error('Only identity providers with introspection revoke tokens here.')
      await provider.domain.revoke(token)
      return [`Bearer ${token}`]
    case 'expired':
      return resign({ iat: now - 7200, nbf: now - 7200, exp: now - 3600 })
    case 'not_yet_valid':
      return resign({ iat: now + 3600, nbf: now + 3600, exp: now + 7200 })
    case 'audience':
      return resign({ aud: ANOTHER_AUDIENCE })
    case 'issuer':
      return resign({ iss: 'https://somebody-else.example.com/' })
    case 'scopes':
      return resign({ scope: undefined, scp: undefined, roles: undefined })
    case 'id_token':
      return resign({ tok_type: 'IT' })
    case 'signature': {
      const [header, , signature] = token.split('.')
      const changed = encode({ ...decodeJwt(token), sub: 'somebody-else' })
      return [`Bearer ${[header, changed, signature].join('.')}`]
    }
    case 'key': {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const header = { ...decodeProtectedHeader(token), alg: 'RS256' }
      const forged = new SignJWT(decodeJwt(token)).setProtectedHeader(header)
      return [`Bearer ${await forged.sign(privateKey)}`]
    }
    case 'unsigned':
      return [`Bearer ${encode({ alg: 'none', typ: 'JWT' })}.${encode(decodeJwt(token))}.`]
    case 'garbage':
      return ['Bearer garbage']
    case 'quoted':
      return [`Bearer "${token}"`]
    case 'basic':
      return [`Basic ${Buffer.from('somebody:password').toString('base64')}`]
    case 'twice':
      return [`Bearer ${token}`, `Bearer ${token}`]
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
