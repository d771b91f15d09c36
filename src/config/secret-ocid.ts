/** How the configuration names a secret in Vault. `vault/read-secret.ts` reads it. */
import * as v from 'valibot'
import { check, nonEmptyString } from '../platform/schema-fields.ts'

export function secretOcid(description: string) {
  return v.pipe(
    nonEmptyString(description),
    check<string>(
      (value) => (/^ocid1\.[A-Za-z0-9._-]+$/.test(value) ? undefined : 'is not an OCID'),
      'Give the OCID of the Vault secret, ocid1.vaultsecret.…; if this is the secret itself, replace it: others can read it.',
    ),
  )
}
