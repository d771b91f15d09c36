/** Which claims can name a user. */
import { providerNamed, type ProviderName } from './index.ts'

/** `email` of `https://example.com/e-mail`: custom claims at Auth0 begin with a URL. */
function lastPart(claim: string): string {
  return (claim.split(/[/:]/).at(-1) ?? '').toLowerCase().replace(/[-_.]/g, '')
}

const EMAIL = ['email', 'emailaddress', 'mail']

export function isEmail(claim: string): boolean {
  return EMAIL.includes(lastPart(claim))
}

/** As `lastPart` returns them. */
const USER_CONTROLLED = new RegExp(
  `^(${EMAIL.join('|')}|preferredusername|uniquename|upn|username|login|name|fullname|nickname|` +
    'displayname|userdisplayname|givenname|familyname|firstname|middlename|lastname|' +
    'phone|phonenumber|mobile|profile|website)$',
)

/**
 * Whether users, or administrators of a guest's own organization, can change the claim at one of
 * these providers.
 */
export function isUserControlled(
  claim: string,
  providers: readonly (ProviderName | undefined)[],
): boolean {
  const name = lastPart(claim)
  const isAdministered = (provider: ProviderName | undefined) =>
    providerNamed(provider)?.tokens?.administeredClaims?.includes(name) === true
  return USER_CONTROLLED.test(name) && !providers.every(isAdministered)
}

/** Claims that mark an application's token, with their values: identity domains, Microsoft Entra, Auth0. */
export const APPLICATION_MARKS = {
  sub_type: 'client',
  idtyp: 'app',
  gty: 'client-credentials',
} as const
