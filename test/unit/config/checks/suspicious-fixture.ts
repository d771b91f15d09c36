/** What suspicious values of flat keys and of documents have in common. */
import type { ConfigProblem } from '../../../../src/config/problems.ts'
import { configProblem } from '../../support/problems.ts'

export const DOMAIN = 'https://idcs-a.identity.oraclecloud.com'
export const ENTRA_TENANT = '0f0f0f0f-0000-4000-8000-000000000000'

export const CONSOLE =
  'Give the domain URL, as the domain’s page in the console shows it: https://idcs-….identity.oraclecloud.com.'
export const ADMIN =
  'Give the URL that tokens name as issuer, such as https://<host>/realms/<realm>.'
export const CLIENT_ID =
  'Give the client id, which the application’s page shows under its OAuth configuration.'
export const SECRET = 'Give the OCID of the secret, ocid1.vaultsecret.…, not of its vault or key.'

export function administrativeClaim(acceptingKey: string): string {
  return `Use a claim that only administrators set (\`sub\` at an identity domain, \`upn\` at Entra), or set \`${acceptingKey}\` to \`accept\`.`
}

/** The warnings without their kinds, on which the level of the log and `check-config` depend. */
export function textsOf(warnings: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return warnings.map(({ key, problem, remedy }) => configProblem(key, problem, remedy))
}
