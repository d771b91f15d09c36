/**
 * Owns the type of validation failure policies, proved against the models of `oci-apigateway`.
 * No I/O. The policy `OAUTH2`, which sends a browser to log in, is not run here.
 */
import type { models } from 'oci-apigateway'
import type { HeaderTransformations } from './header-policy.ts'
import type { Within } from './sdk-model.ts'

export type ModifyResponse = Within<
  models.ModifyResponseValidationFailurePolicy,
  {
    readonly type: 'MODIFY_RESPONSE'
    readonly responseCode?: string
    readonly responseMessage?: string
    readonly responseHeaderTransformations?: HeaderTransformations
  }
>
