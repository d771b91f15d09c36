import type { IssuerConfig } from '../model.ts'

/** Claims by their last part, in lower case and without separators. */
const USER_CONTROLLED = [
  'email',
  'emailaddress',
  'mail',
  'preferredusername',
  'uniquename',
  'upn',
  'username',
  'login',
  'name',
  'fullname',
  'nickname',
  'displayname',
  'userdisplayname',
  'givenname',
  'familyname',
  'firstname',
  'middlename',
  'lastname',
  'phone',
  'phonenumber',
  'mobile',
  'profile',
  'website',
]

/**
 * Whether users, or administrators of a guest's own organization, can change the claim at one of
 * these providers. Entra's `upn` is set by administrators and has a verified domain.
 */
export function isUserControlled(
  claim: string,
  providers: readonly IssuerConfig['preset'][],
): boolean {
  const name = (claim.split(/[/:]/).at(-1) ?? '').toLowerCase().replace(/[-_.]/g, '')
  const isSetByAdministrators =
    name === 'upn' && providers.every((provider) => provider === 'entra')
  return USER_CONTROLLED.includes(name) && !isSetByAdministrators
}
