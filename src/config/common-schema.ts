/** Members that issuers and backends have in common. */
import * as v from 'valibot'
import { complaint, secretOcid, strictObject, text, wholeNumber } from '../providers/fields.ts'
import type { Limits } from './defaults.ts'

export function wholeSeconds(limits: Limits, description: string) {
  return v.optional(wholeNumber(limits, 'seconds', description), limits.default)
}

export const nameSchema = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9._-]{1,64}$/,
    complaint(
      'is not a usable name',
      'Give 1 to 64 letters, digits, dots, underscores or hyphens.',
    ),
  ),
)

export const clientSchema = strictObject({
  client_id: text('Client id of our application at this identity provider.'),
  client_secret_ocid: secretOcid('OCID of the Vault secret with its client secret.'),
})
